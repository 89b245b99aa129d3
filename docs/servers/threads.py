"""A server with a thread for each connection: answers 10,000 requests, then ends."""

import socket
import threading

REQUESTS = 10_000
answered = 0
lock = threading.Lock()
done = threading.Event()


def serve(connection):
    global answered
    while request := connection.recv(64):
        connection.sendall(request)
        with lock:
            answered += 1
            if answered == REQUESTS:
                done.set()


def accept(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


with socket.create_server(("127.0.0.1", 7007), backlog=128) as listener:
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    done.wait()

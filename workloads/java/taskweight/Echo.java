package taskweight;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code echo}: a Unix socket, one task for each connection, blocking reads and writes.
 *
 * <p>A platform thread sleeps in the read. For a virtual thread the JDK makes the socket
 * non-blocking, parks the thread, and lets its poller wait with epoll.
 */
final class Echo implements AutoCloseable {
  private static final int REQUEST_BYTES = 64;

  /** The kernel takes less where net.core.somaxconn is less. */
  private static final int BACKLOG = 4096;

  final Tasks tasks;
  private final ServerSocketChannel server;
  private final AtomicLong answered = new AtomicLong();

  Echo(UnixDomainSocketAddress address, int connections, long operations) throws IOException {
    Limits.requireFiles(connections);
    tasks = new Tasks(connections, operations, 1);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, BACKLOG);
  }

  /** Accepts all connections; each has a task that waits for requests. */
  void accept(Thread.Builder threads) throws IOException {
    for (int i = 0; i < tasks.count(); i++) {
      SocketChannel connection = server.accept();
      tasks.start(
          threads,
          i,
          index -> {
            tasks.arrive();
            serve(connection, tasks.slot(index));
          });
    }
    tasks.awaitArrival();
  }

  private void serve(SocketChannel connection, Slot own) throws IOException {
    ByteBuffer request = ByteBuffer.allocateDirect(REQUEST_BYTES);
    while (answer(connection, request)) {
      own.count();
      if (answered.incrementAndGet() == tasks.operations()) {
        tasks.finish(tasks.operations());
      }
    }
  }

  /** Answers one request; gives false when the other side has closed the connection. */
  private static boolean answer(SocketChannel connection, ByteBuffer request) throws IOException {
    request.clear();
    while (request.hasRemaining()) {
      if (connection.read(request) < 0) {
        return false;
      }
    }
    request.flip();
    while (request.hasRemaining()) {
      connection.write(request);
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  /** Serves clients of its own, on a socket beside the one to come; gives the nanoseconds. */
  static long rehearse(Thread.Builder threads, String path, int connections, int operations)
      throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path + ".warm-up");
    try (Echo echo = new Echo(address, connections, operations)) {
      SocketChannel[] clients = new SocketChannel[connections];
      for (int i = 0; i < connections; i++) {
        clients[i] = SocketChannel.open(address);
      }
      echo.accept(threads);
      echo.tasks.startClock();
      ByteBuffer message = ByteBuffer.allocateDirect(REQUEST_BYTES);
      for (int i = 0; i < operations; i++) {
        clients[i % connections].write(message.clear());
        clients[i % connections].read(message.clear());
      }
      long elapsed = echo.tasks.awaitFinish();
      for (SocketChannel client : clients) {
        client.close();
      }
      echo.tasks.end();
      return elapsed;
    } finally {
      Files.deleteIfExists(address.getPath());
    }
  }
}

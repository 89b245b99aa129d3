package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
)

const requestBytes = 64

// prepareEcho accepts N connections. The tasks do not wait at the gate but in reading, as servers do.
func prepareEcho(r *run) error {
	if err := allowDescriptors(r.tasks); err != nil {
		return err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: r.socket, Net: "unix"})
	if err != nil {
		return err
	}
	defer listener.Close()
	r.unfinished.Store(1)
	var answered atomic.Uint64
	var open atomic.Int64
	open.Store(int64(r.tasks))
	for index := range r.tasks {
		connection, err := listener.AcceptUnix()
		if err != nil {
			return fmt.Errorf("accept connection %d of %d: %w", index+1, r.tasks, err)
		}
		go func() {
			r.arrived.Add(1)
			r.serve(&r.slots[index], connection, &answered)
			if open.Add(-1) == 0 && answered.Load() < r.operations {
				fail(errors.New("the other side closed all connections before the last request"))
			}
		}()
	}
	r.await(r.tasks)
	return nil
}

// serve answers the requests of a connection until the other side closes it.
func (r *run) serve(own *slot, connection *net.UnixConn, answered *atomic.Uint64) {
	request := make([]byte, requestBytes)
	for {
		if _, err := io.ReadFull(connection, request); err != nil {
			return
		}
		if _, err := connection.Write(request); err != nil {
			return
		}
		own.operations++
		if count := answered.Add(1); count == r.operations {
			r.finish(count)
		}
	}
}

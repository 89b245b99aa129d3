package main

import (
	"fmt"
	"os"
	"syscall"
)

// spareDescriptors is left for what is not a task: the standard streams, the runtime's own.
const spareDescriptors = 32

// prepareSwitchIO makes the ring of pipes. Their files are non-blocking: a goroutine that reads waits for the runtime's
// poller.
func prepareSwitchIO(r *run) error {
	r.meter.calibrate()
	if err := allowDescriptors(r.tasks); err != nil {
		return err
	}
	pipes := make([]*os.File, r.tasks)
	for i := range pipes {
		var err error
		if pipes[i], err = openBothWays(); err != nil {
			return fmt.Errorf("create pipe %d of %d: %w", i+1, r.tasks, err)
		}
	}
	// The value of the token, which only its holder touches.
	value := uint64(0)
	r.create(1, func(index int) {
		counter, own, next := &r.slots[index].operations, pipes[index], pipes[(index+1)%r.tasks]
		memory, message := r.slots[index].memory, []byte{1}
		receive := func() uint64 {
			if _, err := own.Read(message); err != nil {
				fail(err)
			}
			r.meter.receive(value)
			return value
		}
		token := uint64(0)
		if index != 0 {
			token = receive()
		}
		for token < r.operations {
			*counter++
			memory.touch()
			value = token + 1
			r.meter.hand(value)
			if _, err := next.Write(message); err != nil {
				fail(err)
			}
			token = receive()
		}
		r.finish(token)
	})
	return nil
}

// openBothWays makes a pipe behind one descriptor that reads and writes, as Linux allows: a ring of 10,000 pipes fits
// into 20,000 descriptors, the hard limit of many machines.
func openBothWays() (*os.File, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	defer writer.Close()
	// Fd() would make the pipe blocking, for both.
	connection, err := reader.SyscallConn()
	if err != nil {
		return nil, err
	}
	var file *os.File
	if control := connection.Control(func(descriptor uintptr) {
		file, err = os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", descriptor), os.O_RDWR, 0)
	}); control != nil {
		return nil, control
	}
	return file, err
}

// allowDescriptors raises the limit of open files so that every task can have one: up to the hard limit, or beyond it
// where the process may (root).
func allowDescriptors(tasks int) error {
	needed := uint64(tasks + spareDescriptors)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read RLIMIT_NOFILE: %w", err)
	}
	wanted := max(limit.Max, needed)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: wanted, Max: wanted}); err != nil {
		return fmt.Errorf("%d tasks need %d file descriptors, the hard limit RLIMIT_NOFILE is %d: raise it "+
			"(`ulimit -Hn %d` as root) or use fewer tasks: %w", tasks, needed, limit.Max, needed, err)
	}
	return nil
}

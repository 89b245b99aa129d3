package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// waitUntilOthersSleep waits until every thread but the calling one is in an interruptible sleep.
//
// A task says that it has come to the gate before it parks there, and the runtime looks for work before it parks its
// threads: this closes the gap.
func waitUntilOthersSleep() error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	own := strconv.Itoa(syscall.Gettid())
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, thread := range threads {
		for thread.Name() != own {
			asleep, err := isAsleep(thread.Name())
			if err != nil {
				return err
			}
			if asleep {
				break
			}
			time.Sleep(100 * time.Microsecond)
		}
	}
	return nil
}

// isAsleep tells whether the thread sleeps. One that has ended does.
func isAsleep(thread string) (bool, error) {
	stat, err := os.ReadFile("/proc/self/task/" + thread + "/stat")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	// The state follows the name, which is in parentheses and may contain some.
	name := strings.LastIndex(string(stat), ") ")
	if name < 0 || name+2 >= len(stat) {
		return false, fmt.Errorf("thread %s: no state in %q", thread, stat)
	}
	return stat[name+2] == 'S', nil
}

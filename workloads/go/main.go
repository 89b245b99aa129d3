// The models go and go-1: every task is a goroutine.
//
// go leaves GOMAXPROCS to the runtime, go-1 is the same program with GOMAXPROCS 1. All scenarios are offered.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
)

// defaultWorkers is GOMAXPROCS unless --workers says otherwise; 0 is the runtime's own choice. Set by the linker.
var defaultWorkers = "0"

func main() {
	workers, err := strconv.Atoi(defaultWorkers)
	if err != nil {
		fail(fmt.Errorf("built with defaultWorkers %q: %w", defaultWorkers, err))
	}
	given, err := parseArguments(os.Args[1:], workers)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	runtime.GOMAXPROCS(given.workers)
	given.workers = runtime.GOMAXPROCS(0)
	if err := perform(given, startProtocol()); err != nil {
		fail(err)
	}
}

// perform runs the scenario up to the line exit. The tasks are left to the end of the process.
func perform(given arguments, taskweight *protocol) error {
	r, offered := newRun(given), scenarios[given.scenario]
	if err := offered.prepare(r); err != nil {
		return err
	}
	if err := taskweight.ready(r.tasks, r.stacks); err != nil {
		return err
	}
	r.open()
	<-r.finished
	result, err := r.outcome()
	if err != nil {
		return err
	}
	offered.report(r, &result)
	return taskweight.done(result)
}

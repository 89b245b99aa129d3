package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
)

// arguments is the command line:
// PROGRAM SCENARIO --tasks N --operations M [--workers W] [--socket PATH] [--depth BYTES [--hold]] [--touch BYTES]
type arguments struct {
	scenario   string
	tasks      int
	operations uint64
	workers    int
	socket     string
	depth      int
	hold       bool
	touch      int
}

func parseArguments(line []string, workers int) (arguments, error) {
	if len(line) == 0 {
		return arguments{}, errors.New("no scenario given")
	}
	given := arguments{scenario: line[0]}
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&given.tasks, "tasks", 0, "number of tasks")
	flags.Uint64Var(&given.operations, "operations", 0, "operations of all tasks together")
	flags.IntVar(&given.workers, "workers", workers, "GOMAXPROCS; 0 is the runtime's own choice")
	flags.StringVar(&given.socket, "socket", "", "echo only: the Unix socket to listen on")
	flags.IntVar(&given.depth, "depth", 0, "deep only: bytes of stack that a task uses")
	flags.BoolVar(&given.hold, "hold", false, "deep only: tasks park with that much in use")
	flags.IntVar(&given.touch, "touch", 0, "switch and switch-io only: bytes that a task touches while it has the token")
	if err := flags.Parse(line[1:]); err != nil {
		return given, err
	}
	if flags.NArg() > 0 {
		return given, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	return given, given.validate()
}

func (a arguments) validate() error {
	offered, known := scenarios[a.scenario]
	switch {
	case !known:
		return fmt.Errorf("unknown scenario %q", a.scenario)
	case a.tasks < offered.minimumTasks:
		return fmt.Errorf("%s needs --tasks N, at least %d", a.scenario, offered.minimumTasks)
	case a.operations < 1 || a.operations >= 1<<63:
		return errors.New("--operations M is needed, from 1 to 2^63 - 1")
	case a.workers < 0:
		return errors.New("--workers W is to be positive")
	case (a.scenario == "echo") != (a.socket != ""):
		return errors.New("--socket PATH belongs to echo, and echo needs it")
	case a.scenario == "deep" && a.depth < 1:
		return errors.New("deep needs --depth BYTES, at least 1")
	case a.scenario != "deep" && (a.depth != 0 || a.hold):
		return errors.New("--depth BYTES and --hold belong to deep")
	case a.touch < 0 || a.touch != 0 && a.scenario != "switch" && a.scenario != "switch-io":
		return errors.New("--touch BYTES belongs to switch and switch-io, and is not negative")
	}
	return nil
}

// share is what task index makes of the operations: the first tasks take the remainder.
func (a arguments) share(index int) uint64 {
	tasks := uint64(a.tasks)
	share := a.operations / tasks
	if uint64(index) < a.operations%tasks {
		share++
	}
	return share
}

type ready struct {
	Event         string         `json:"event"`
	Tasks         int            `json:"tasks"`
	Runtime       string         `json:"runtime"`
	RuntimeStacks *runtimeStacks `json:"runtime_stacks,omitempty"`
}

// outcome is the line done.
type outcome struct {
	Event           string     `json:"event"`
	Operations      uint64     `json:"operations"`
	LogicalSwitches uint64     `json:"logical_switches"`
	ElapsedNs       int64      `json:"elapsed_ns"`
	HandOverNs      [][2]int64 `json:"hand_over_ns,omitzero"`
	HandOvers       [][2]int64 `json:"hand_overs,omitzero"`
	LatenessNs      [][2]int64 `json:"lateness_ns,omitzero"`
	ClockNs         *int64     `json:"clock_ns,omitempty"`
	Checksum        *uint32    `json:"checksum,omitempty"`
}

// protocol is the program's end of the conversation.
//
// A goroutine reads stdin. As that blocks a thread of the kernel in read and not the runtime's poller, the runtime polls
// for nothing in the scenarios without I/O of their own.
type protocol struct {
	lines chan string
}

func startProtocol() *protocol {
	p := &protocol{lines: make(chan string)}
	go p.listen()
	return p
}

func (p *protocol) listen() {
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		p.lines <- scanner.Text()
		if scanner.Text() == "exit" {
			return
		}
	}
	fail(errors.New("stdin is closed"))
}

// ready says that all tasks are parked, once every other thread is asleep, and waits for go. stacks is nil where they
// have not been measured.
func (p *protocol) ready(tasks int, stacks *runtimeStacks) error {
	if err := waitUntilOthersSleep(); err != nil {
		return fmt.Errorf("see in /proc whether the threads are asleep: %w", err)
	}
	version := fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return p.say(ready{"ready", tasks, version, stacks}, "go")
}

// done says what was done, and waits for exit.
func (p *protocol) done(result outcome) error {
	return p.say(result, "exit")
}

func (p *protocol) say(event any, reply string) error {
	if err := json.NewEncoder(os.Stdout).Encode(event); err != nil {
		return fmt.Errorf("write to stdout: %w", err)
	}
	if line := <-p.lines; line != reply {
		return fmt.Errorf("protocol: expected the line %q on stdin, read %q", reply, line)
	}
	return nil
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}

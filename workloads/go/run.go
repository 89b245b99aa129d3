package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

// slot is what a task owns that others can reach. It fills a cache line, so that neighbours do not share one.
type slot struct {
	operations uint64
	inbox      chan uint64
	memory     touched
	_          [24]byte
}

// run is one run: its tasks, the gate they wait behind, and the proof that they did the work.
type run struct {
	arguments
	slots []slot
	gate  chan struct{}
	// Closed by the last task to finish.
	finished   chan struct{}
	unfinished atomic.Int64
	arrived    atomic.Int64
	expected   int64
	tokens     atomic.Uint64
	passed     atomic.Uint64
	checksum   atomic.Uint32
	started    time.Duration
	ended      time.Duration
	meter      meter
	lateness   []time.Duration
	turn       int
	stacks     *runtimeStacks
}

func newRun(given arguments) *run {
	r := &run{
		arguments: given,
		slots:     make([]slot, given.tasks),
		gate:      make(chan struct{}),
		finished:  make(chan struct{}),
		turn:      -1,
	}
	for i := range r.slots {
		r.slots[i].memory = newTouched(given.touch)
	}
	return r
}

// create makes a task of each index, parked at the gate, and waits until all of them have come there. finishers is how
// many of them are going to say that they have finished. Finished tasks stay alive.
func (r *run) create(finishers int, body func(index int)) {
	r.unfinished.Store(int64(finishers))
	for index := range r.tasks {
		go func() {
			r.passGate()
			body(index)
			select {}
		}()
	}
	r.await(r.tasks)
}

func (r *run) passGate() {
	r.arrived.Add(1)
	<-r.gate
}

// await waits until this number of further tasks is at the gate.
func (r *run) await(tasks int) {
	r.expected += int64(tasks)
	for r.arrived.Load() < r.expected {
		time.Sleep(100 * time.Microsecond)
	}
}

// open starts the clock and opens the gate to all.
func (r *run) open() {
	r.started = now()
	close(r.gate)
}

// finish says that a task has made its last operation and holds a token of this value; the last one stops the clock.
func (r *run) finish(token uint64) {
	r.tokens.Add(token)
	if r.unfinished.Add(-1) == 0 {
		r.ended = now()
		close(r.finished)
	}
}

// outcome is what was done, if the counters of the tasks and the tokens agree with what was asked for.
func (r *run) outcome() (outcome, error) {
	var counted uint64
	for i := range r.slots {
		counted += r.slots[i].operations
	}
	if tokens := r.tokens.Load(); counted != r.operations || tokens != r.operations {
		return outcome{}, fmt.Errorf("asked for %d operations, but the tasks counted %d and the tokens %d",
			r.operations, counted, tokens)
	}
	elapsed := max(r.ended-r.started, 1)
	return outcome{Event: "done", Operations: counted, ElapsedNs: int64(elapsed)}, nil
}

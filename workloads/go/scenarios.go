package main

import (
	"runtime"
	"sync"
)

// scenario is the work given to the model.
type scenario struct {
	minimumTasks int
	// Creates the tasks, parked at the gate.
	prepare func(*run) error
	// Adds to the outcome what is particular to the scenario.
	report func(*run, *outcome)
}

var scenarios map[string]scenario

func init() {
	scenarios = map[string]scenario{
		"switch":    {2, prepareSwitch, reportRing},
		"switch-io": {2, prepareSwitchIO, reportRing},
		"yield":     {1, prepareYield, reportYield},
		"control":   {1, prepareControl, func(*run, *outcome) {}},
		"spawn":     {1, prepareSpawn, reportSwitches},
		"idle":      {1, prepareIdle, func(*run, *outcome) {}},
		"echo":      {1, prepareEcho, reportSwitches},
		"cpu":       {1, prepareCPU, reportCPU},
		"hog":       {1, prepareHog, reportHog},
		"deep":      {1, prepareDeep, func(*run, *outcome) {}},
	}
}

func reportSwitches(_ *run, result *outcome) {
	result.LogicalSwitches = result.Operations
}

func reportRing(r *run, result *outcome) {
	reportSwitches(r, result)
	r.meter.report(result)
}

// prepareSwitch makes a ring of unbuffered channels, the means by which goroutines wait for each other.
func prepareSwitch(r *run) error {
	r.meter.calibrate()
	for i := range r.slots {
		r.slots[i].inbox = make(chan uint64)
	}
	r.create(1, func(index int) {
		counter, own := &r.slots[index].operations, r.slots[index].inbox
		next := r.slots[(index+1)%r.tasks].inbox
		memory := r.slots[index].memory
		token := uint64(0)
		if index != 0 {
			token = <-own
			r.meter.receive(token)
		}
		for token < r.operations {
			*counter++
			memory.touch()
			r.meter.hand(token + 1)
			next <- token + 1
			token = <-own
			r.meter.receive(token)
		}
		r.finish(token)
	})
	return nil
}

func prepareYield(r *run) error {
	yield := r.yield
	if r.workers == 1 {
		yield = r.yieldCounting
	}
	r.create(r.tasks, yield)
	return nil
}

func (r *run) yield(index int) {
	counter, token := &r.slots[index].operations, uint64(0)
	for range r.share(index) {
		*counter++
		token++
		runtime.Gosched()
	}
	r.finish(token)
}

// yieldCounting also counts the yields that passed control to another task, which can be known where only one runs at a
// time: now and then the runtime takes the one that has just given way for the next.
func (r *run) yieldCounting(index int) {
	counter, token, passed := &r.slots[index].operations, uint64(0), uint64(0)
	r.turn = index
	for range r.share(index) {
		*counter++
		token++
		runtime.Gosched()
		if r.turn != index {
			r.turn = index
			passed++
		}
	}
	r.passed.Add(passed)
	r.finish(token)
}

func reportYield(r *run, result *outcome) {
	switch {
	case r.tasks == 1:
		result.LogicalSwitches = 0
	case r.workers == 1:
		result.LogicalSwitches = r.passed.Load()
	default:
		result.LogicalSwitches = result.Operations
	}
}

func prepareControl(r *run) error {
	r.create(r.tasks, func(index int) {
		counter, token := &r.slots[index].operations, uint64(0)
		for range r.share(index) {
			*counter++
			token++
		}
		r.finish(token)
	})
	return nil
}

// prepareSpawn prepares the goroutine that creates the tasks once the gate is open.
func prepareSpawn(r *run) error {
	r.unfinished.Store(1)
	go func() {
		r.passGate()
		r.finish(r.spawnAll())
	}()
	r.await(1)
	return nil
}

// spawnAll creates tasks in batches and waits for each batch.
func (r *run) spawnAll() (created uint64) {
	var batch sync.WaitGroup
	for created < r.operations {
		size := min(uint64(r.tasks), r.operations-created)
		batch.Add(int(size))
		for i := range size {
			go func() {
				r.slots[i].operations++
				batch.Done()
			}()
		}
		batch.Wait()
		created += size
	}
	return created
}

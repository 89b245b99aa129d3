package main

import (
	"fmt"
	"runtime"
	"runtime/metrics"
)

// levelBytes is what one level of calls counts: its array of locals. With the rest of its frame it takes a little more.
const levelBytes = 256

// deepest is the greatest depth: a stack grows by doubling, and beyond 1 GB the runtime ends the program.
const deepest = 1 << 28

// prepareIdle parks the tasks as they are created.
func prepareIdle(r *run) error {
	return r.parkAll(func(park func()) { park() })
}

// prepareDeep lets the tasks call themselves down before they park: there, or back at the top.
func prepareDeep(r *run) error {
	if r.depth > deepest {
		return fmt.Errorf("--depth %d: the stack of a goroutine holds at most %d here", r.depth, deepest)
	}
	levels := (r.depth + levelBytes - 1) / levelBytes
	if r.hold {
		return r.parkAll(func(park func()) { descend(levels, park) })
	}
	return r.parkAll(func(park func()) {
		descend(levels, func() {})
		park()
	})
}

// descend recurses until all levels are suspended, each with an array that it fills before and reads after.
//
//go:noinline
func descend(levels int, bottom func()) (sum uint64) {
	var locals [levelBytes / 8]uint64
	for i := range locals {
		locals[i] = uint64(levels + i)
	}
	if levels > 1 {
		sum = descend(levels-1, bottom)
	} else {
		bottom()
	}
	for i := range locals { // not by value, which would copy them
		sum += locals[i]
	}
	return sum
}

// parkAll creates the tasks, each of which goes its way to where it parks and stays: the gate does not reach it. One
// goroutine more waits at the gate, to stop the clock.
func (r *run) parkAll(way func(park func())) error {
	forever := make(chan struct{})
	park := func() {
		r.arrived.Add(1)
		<-forever
	}
	r.slots = make([]slot, 1)
	r.unfinished.Store(1)
	for range r.tasks {
		go way(park)
	}
	go func() {
		r.passGate()
		r.operations = uint64(r.tasks)
		r.slots[0].operations = r.operations
		r.finish(r.operations)
	}()
	r.await(r.tasks + 1)
	r.stacks = measureStacks()
	return nil
}

// runtimeStacks is what the runtime says that the stacks of its goroutines take.
type runtimeStacks struct {
	Bytes  uint64 `json:"bytes"`
	Source string `json:"source"`
}

const stacksMetric = "/memory/classes/heap/stacks:bytes"

// measureStacks collects garbage first, as that is when stacks shrink.
func measureStacks() *runtimeStacks {
	runtime.GC()
	sample := []metrics.Sample{{Name: stacksMetric}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return nil
	}
	const when = ", after one runtime.GC(), which halves stacks of which less than a quarter is in use"
	return &runtimeStacks{sample[0].Value.Uint64(), "runtime/metrics " + stacksMetric + when}
}

package main

import (
	"syscall"
	"time"
	"unsafe"
)

// measuredEvery: one switch in this number is timed, where the token is divisible by it.
const measuredEvery = 64

// momentsKept: timed switches whose begin and end are kept, for timelines.
const momentsKept = 1000

// clockMonotonic is CLOCK_MONOTONIC of Linux.
const clockMonotonic = 1

var epoch = time.Now()

// now reads the monotonic clock.
func now() time.Duration {
	return time.Since(epoch)
}

// kernelNow reads the same clock as the kernel counts it, in nanoseconds; 0 where it cannot be read.
func kernelNow() int64 {
	var now syscall.Timespec
	// The call fills in now before it returns, and keeps no pointer to it.
	_, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&now)), 0)
	if errno != 0 {
		return 0
	}
	return now.Nano()
}

// meter times switches. Only the holder of the token touches it.
type meter struct {
	handed    time.Duration
	clock     time.Duration
	handOvers histogram
	moments   [][2]int64
}

// calibrate finds what one reading of the clock costs: the least of several averages, as anything else that runs adds.
func (m *meter) calibrate() {
	m.moments = make([][2]int64, 0, momentsKept)
	const batches, readings = 20, 1000
	for batch := range batches {
		begin, end := now(), now()
		for range readings - 1 {
			end = now()
		}
		if cost := (end - begin) / readings; batch == 0 || cost < m.clock {
			m.clock = cost
		}
	}
}

// hand is called just before a token of this value is passed on.
func (m *meter) hand(token uint64) {
	if token%measuredEvery == 0 {
		m.handed = now()
	}
}

// receive is called by the one who was handed the token, just after it was resumed.
func (m *meter) receive(token uint64) {
	if token%measuredEvery == 0 {
		end := now()
		m.handOvers.record(int64(end - m.handed - m.clock))
		if len(m.moments) < momentsKept {
			m.moments = append(m.moments, [2]int64{int64(m.handed), int64(end)})
		}
	}
}

func (m *meter) report(result *outcome) {
	clock := int64(m.clock)
	result.HandOverNs, result.ClockNs = m.handOvers.pairs(), &clock
	origin := kernelNow() - int64(now())
	result.HandOvers = make([][2]int64, 0, len(m.moments))
	for _, moment := range m.moments {
		result.HandOvers = append(result.HandOvers, [2]int64{origin + moment[0], origin + moment[1]})
	}
}

package main

import "time"

// measuredEvery: of so many hand-overs one is measured, the one that hands over a token divisible by it.
const measuredEvery = 64

var epoch = time.Now()

// now reads the monotonic clock.
func now() time.Duration {
	return time.Since(epoch)
}

// meter measures hand-overs. Only the holder of the token touches it.
type meter struct {
	handed    time.Duration
	clock     time.Duration
	handOvers histogram
}

// calibrate finds what one reading of the clock costs: the least of several averages, as anything else that runs adds.
func (m *meter) calibrate() {
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

// hand is called just before a token of this value is handed over.
func (m *meter) hand(token uint64) {
	if token%measuredEvery == 0 {
		m.handed = now()
	}
}

// receive is called by the one who was handed the token, just after it was resumed.
func (m *meter) receive(token uint64) {
	if token%measuredEvery == 0 {
		m.handOvers.record(int64(now() - m.handed - m.clock))
	}
}

func (m *meter) report(result *outcome) {
	clock := int64(m.clock)
	result.HandOverNs, result.ClockNs = m.handOvers.pairs(), &clock
}

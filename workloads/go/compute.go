package main

import "time"

func prepareCPU(r *run) error {
	r.create(r.tasks, func(index int) {
		counter, token, sum := &r.slots[index].operations, uint64(0), uint32(0)
		for i := uint64(index); i < r.operations; i += uint64(r.tasks) {
			sum += chunk(i)
			*counter++
			token++
		}
		r.checksum.Add(sum)
		r.finish(token)
	})
	return nil
}

func chunk(index uint64) uint32 {
	x := uint32(index) + 1
	for range 10_000 {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
	}
	return x
}

func reportCPU(r *run, result *outcome) {
	checksum := r.checksum.Load()
	result.Checksum = &checksum
}

const (
	hogTime    = 200 * time.Millisecond
	tickPeriod = time.Millisecond
)

// prepareHog parks the tasks that tick, and the one more that computes.
func prepareHog(r *run) error {
	r.lateness = make([]time.Duration, r.operations)
	go func() {
		r.passGate()
		for i := uint64(0); now()-r.started < hogTime; i++ {
			chunk(i)
		}
		select {}
	}()
	r.await(1)
	own := make([][]time.Duration, r.tasks)
	rest := r.lateness
	for i := range own {
		own[i], rest = rest[:r.share(i)], rest[r.share(i):]
	}
	r.create(r.tasks, func(index int) {
		counter, due := &r.slots[index].operations, r.started
		for i := range own[index] {
			due += tickPeriod
			time.Sleep(due - now())
			own[index][i] = now() - due
			*counter++
		}
		r.finish(uint64(len(own[index])))
	})
	return nil
}

func reportHog(r *run, result *outcome) {
	reportSwitches(r, result)
	var lateness histogram
	for _, late := range r.lateness {
		lateness.record(int64(late))
	}
	result.LatenessNs = lateness.pairs()
}

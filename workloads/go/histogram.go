package main

import "math/bits"

// Values below 64 have a bucket each; above, every power of two has 32, so that a step is at most 1/32 of the value.
const (
	stepBits = 5
	buckets  = (64 - stepBits) << stepBits
)

// histogram counts durations in nanoseconds.
type histogram [buckets]int64

func (h *histogram) record(ns int64) {
	h[bucketOf(uint64(max(ns, 0)))]++
}

func bucketOf(value uint64) int {
	shift := max(bits.Len64(value)-stepBits-1, 0)
	return shift<<stepBits + int(value>>shift)
}

// lowest is the lowest value of the bucket.
func lowest(bucket int) int64 {
	shift := max(bucket>>stepBits-1, 0)
	return int64(bucket-shift<<stepBits) << shift
}

// pairs lists the buckets in use as [nanoseconds, count], by the value in the middle of each.
func (h *histogram) pairs() [][2]int64 {
	pairs := [][2]int64{}
	for bucket, count := range h {
		if count > 0 {
			low, next := lowest(bucket), lowest(bucket+1)
			pairs = append(pairs, [2]int64{low + (next-1-low)/2, count})
		}
	}
	return pairs
}

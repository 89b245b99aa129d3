package main

import "testing"

// Every value is in the bucket that begins at or below it, and the next one begins above it.
func TestBucketsHoldTheirValues(t *testing.T) {
	for power := range 63 {
		for _, value := range []uint64{1<<power - 1, 1 << power, 1<<power + 1, 1<<power | 1<<power>>1} {
			bucket := bucketOf(value)
			low, next := lowest(bucket), lowest(bucket+1)
			if uint64(low) > value || (bucket+1 < buckets && uint64(next) <= value) {
				t.Errorf("%d is in bucket %d, from %d to below %d", value, bucket, low, next)
			}
			if next-low > 1 && (next-low)*32 > low {
				t.Errorf("the step of %d is %d", low, next-low)
			}
		}
	}
}

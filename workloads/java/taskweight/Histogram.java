package taskweight;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How often each time occurred: exact below 64 ns, above in steps of at most 1/32 of the value. */
final class Histogram {
  private static final int READINGS = 1_000;
  private static final int TRIES = 20;

  private final AtomicLongArray counts = new AtomicLongArray(bucket(Long.MAX_VALUE) + 1);

  void record(long nanoseconds) {
    counts.getAndIncrement(bucket(Math.max(0, nanoseconds)));
  }

  private static int bucket(long value) {
    int shift = Math.max(0, 64 - 6 - Long.numberOfLeadingZeros(value));
    return shift * 32 + (int) (value >>> shift);
  }

  /** The middle of the bucket. */
  private static long value(int bucket) {
    int shift = Math.max(0, bucket / 32 - 1);
    return ((long) (bucket - shift * 32) << shift) + (1L << shift) / 2;
  }

  /** What one reading of the clock costs, in nanoseconds: the best of several means. */
  static long clockCost() {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < TRIES; i++) {
      best = Math.min(best, readClock());
    }
    return best;
  }

  private static long readClock() {
    long first = System.nanoTime();
    long last = first;
    for (int i = 0; i < READINGS; i++) {
      last = System.nanoTime();
    }
    return (last - first) / READINGS;
  }

  /** A JSON list of {@code [nanoseconds,count]}. */
  @Override
  public String toString() {
    return IntStream.range(0, counts.length())
        .filter(bucket -> counts.get(bucket) != 0)
        .mapToObj(bucket -> "[" + value(bucket) + "," + counts.get(bucket) + "]")
        .collect(Collectors.joining(",", "[", "]"));
  }
}

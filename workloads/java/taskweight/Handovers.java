package taskweight;

import java.util.Map;

/** One in 64 hand-overs timed, from just before it to just after the receiver was resumed. */
final class Handovers {
  private final Histogram times = new Histogram();
  private final long clockCost = Histogram.clockCost();

  /** The token's holder writes it, and the next one reads it: the token orders the accesses. */
  private long handedAt;

  /** The token is about to be handed over with this value. */
  void before(long token) {
    if (token % 64 == 0) {
      handedAt = System.nanoTime();
    }
  }

  /** The token has been received. */
  void after(long token) {
    if (token % 64 == 0) {
      times.record(System.nanoTime() - handedAt - clockCost);
    }
  }

  Map<String, Object> report() {
    return Map.of("hand_over_ns", times, "clock_ns", clockCost);
  }
}

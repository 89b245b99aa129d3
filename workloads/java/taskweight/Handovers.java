package taskweight;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Self-timed switches, one in 64: from just before the switch to just after the resume. */
final class Handovers {
  /** Timed switches whose begin and end are kept, for timelines. */
  private static final int MOMENTS_KEPT = 1000;

  private final Histogram times = new Histogram();
  private final long clockCost = Histogram.clockCost();

  /** The token's holder writes it, and the next one reads it: the token orders the accesses. */
  private long handedAt;

  /** From and until when the first ones were, by the clock of the kernel, which nanoTime is here. */
  private final long[] moments = new long[2 * MOMENTS_KEPT];

  private int momentsUsed;

  /** The token is about to be passed on with this value. */
  void before(long token) {
    if (token % 64 == 0) {
      handedAt = System.nanoTime();
    }
  }

  /** The token has been received. */
  void after(long token) {
    if (token % 64 == 0) {
      long now = System.nanoTime();
      times.record(now - handedAt - clockCost);
      if (momentsUsed < moments.length) {
        moments[momentsUsed++] = handedAt;
        moments[momentsUsed++] = now;
      }
    }
  }

  Map<String, Object> report() {
    List<List<Long>> kept = new ArrayList<>();
    for (int i = 0; i < momentsUsed; i += 2) {
      kept.add(List.of(moments[i], moments[i + 1]));
    }
    return Map.of("hand_over_ns", times, "clock_ns", clockCost, "hand_overs", kept);
  }
}

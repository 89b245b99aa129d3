package taskweight;

import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** {@code hog}: the last task computes without giving way, the others tick. */
final class Hog extends Work {
  private static final long TICK_NS = 1_000_000;
  private static final long HOG_NS = 200_000_000;

  private final Histogram lateness = new Histogram();
  private final long hogNs;

  Hog(Tasks tasks, boolean brief) {
    super(tasks);
    hogNs = brief ? TICK_NS : HOG_NS;
  }

  @Override
  void run(int index) {
    int tickers = tasks.count() - 1;
    if (index < tickers) {
      tick(tasks.slot(index), Arguments.share(tasks.operations(), tickers, index));
    } else {
      compute();
    }
  }

  private void tick(Slot own, long ticks) {
    long due = tasks.openedAt();
    for (long i = 0; i < ticks; i++) {
      due += TICK_NS;
      lateness.record(sleepUntil(due));
      own.count();
    }
    tasks.finish(ticks);
  }

  /** Gives how late it is, in nanoseconds. */
  private static long sleepUntil(long due) {
    long early = due - System.nanoTime();
    while (early > 0) {
      LockSupport.parkNanos(early);
      early = due - System.nanoTime();
    }
    return -early;
  }

  private void compute() {
    long until = tasks.openedAt() + hogNs;
    while (System.nanoTime() - until < 0) {
      // Reading the clock is the computation.
    }
    tasks.finish();
  }

  @Override
  Map<String, Object> report() {
    return Map.of("lateness_ns", lateness);
  }
}

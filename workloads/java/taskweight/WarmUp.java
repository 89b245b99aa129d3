package taskweight;

/**
 * Runs the same code as the run to come until the compiler is done with it: until two successive
 * batches take the same time, within 10 %, or 3 s have gone by.
 *
 * <p>A batch is many short runs, so that what a task does once is compiled, too: a frame of the
 * interpreter at the bottom of a virtual thread's stack makes every park and unpark slower.
 */
final class WarmUp {
  /** Tasks of one short run, at most. */
  static final int TASKS = 20;

  private static final int RUNS = 20;
  private static final int FEWEST_BATCHES = 10;
  private static final long LONGEST_NS = 3_000_000_000L;

  private WarmUp() {}

  /** Gives the nanoseconds that its work took, without what comes before and after it. */
  interface Run {
    long run() throws Exception;
  }

  /** Operations of one short run. */
  static int operations(Arguments arguments) {
    return switch (arguments.scenario()) {
      case "hog" -> Math.min(TASKS, arguments.tasks());
      case "cpu" -> TASKS;
      default -> 500;
    };
  }

  /** Gives the nanoseconds that the warm-up took. */
  static long untilStable(Run run) throws Exception {
    long begun = System.nanoTime();
    long elapsed = 0;
    double before;
    double last = 0;
    int batches = 0;
    do {
      before = last;
      last = batch(run);
      batches++;
      elapsed = System.nanoTime() - begun;
    } while (elapsed < LONGEST_NS
        && (batches < FEWEST_BATCHES || Math.abs(last - before) > before / 10));
    return elapsed;
  }

  private static double batch(Run run) throws Exception {
    double sum = 0;
    for (int i = 0; i < RUNS; i++) {
      sum += run.run();
    }
    return sum;
  }
}

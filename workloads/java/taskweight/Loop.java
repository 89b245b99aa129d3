package taskweight;

/** {@code yield}, and {@code control}, which is the same without the yield. */
final class Loop extends Work {
  private final boolean yielding;

  Loop(Tasks tasks, boolean yielding) {
    super(tasks);
    this.yielding = yielding;
  }

  @Override
  void run(int index) {
    Slot own = tasks.slot(index);
    long share = share(index);
    long token = 0;
    while (token < share) {
      token = span(own, token, Math.min(share, token + SPAN));
    }
    tasks.finish(token);
  }

  private long span(Slot own, long first, long end) {
    long token = first;
    while (token < end) {
      own.count();
      token++;
      if (yielding) {
        Thread.yield();
      }
    }
    return token;
  }

  /** Which yields passed control to another task, only the scheduler knows: all that were made. */
  @Override
  long logicalSwitches() {
    return yielding && tasks.count() > 1 ? tasks.operations() : 0;
  }
}

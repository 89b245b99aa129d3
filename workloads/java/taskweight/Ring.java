package taskweight;

import java.io.IOException;
import java.util.Map;

/** {@code switch}: a ring of tasks hands one token round by park and unpark. */
final class Ring extends Work {
  /** What those receive who are not to wait any longer. */
  private static final long NO_TOKEN = Long.MAX_VALUE;

  private final Handovers handovers = new Handovers();

  Ring(Tasks tasks) {
    super(tasks);
  }

  @Override
  void run(int index) {
    Slot own = tasks.slot(index);
    Slot next = tasks.slot(next(index));
    long token = index == 0 ? 0 : receive(own);
    while (token < tasks.operations()) {
      token = span(own, next, token);
    }
    if (token != NO_TOKEN) {
      tasks.finish(token);
    }
  }

  private long span(Slot own, Slot next, long first) {
    long token = first;
    for (int turn = 0; turn < SPAN && token < tasks.operations(); turn++) {
      own.count();
      handovers.before(token + 1);
      next.hand(token + 1);
      token = receive(own);
    }
    return token;
  }

  private long receive(Slot own) {
    long token = own.receive();
    handovers.after(token);
    return token;
  }

  @Override
  void end() throws IOException, InterruptedException {
    for (int i = 0; i < tasks.count(); i++) {
      tasks.slot(i).hand(NO_TOKEN);
    }
    super.end();
  }

  @Override
  Map<String, Object> report() {
    return handovers.report();
  }
}

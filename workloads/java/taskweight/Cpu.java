package taskweight;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code cpu}: chunks of computation, shared out among the tasks. */
final class Cpu extends Work {
  private static final int ROUNDS = 10_000;

  private final AtomicInteger checksum = new AtomicInteger();

  Cpu(Tasks tasks) {
    super(tasks);
  }

  @Override
  void run(int index) {
    int sum = 0;
    long token = 0;
    for (long i = index; i < tasks.operations(); i += tasks.count()) {
      sum += chunk((int) (i + 1));
      tasks.slot(index).count();
      token++;
    }
    checksum.addAndGet(sum);
    tasks.finish(token);
  }

  private static int chunk(int seed) {
    int x = seed;
    for (int round = 0; round < ROUNDS; round++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
    }
    return x;
  }

  @Override
  long logicalSwitches() {
    return 0;
  }

  @Override
  Map<String, Object> report() {
    return Map.of("checksum", Integer.toUnsignedLong(checksum.get()));
  }
}

package taskweight;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code idle} and {@code deep}: tasks that are created and parked, and weigh nothing but what a
 * task weighs. Those of {@code deep} have used some of their stack.
 */
final class Parked {
  /** What a task weighs besides its stack, roughly. */
  private static final long TASK_BYTES = 1024;

  /** Tasks that weigh so much are created before the heap is looked at, and all have parked. */
  private static final long PORTION_BYTES = 10_000 * TASK_BYTES;

  /** Stack that tasks use in a rehearsal, at most: enough for all their code to be run. */
  private static final long BRIEF_DEPTH = 1024;

  private final Thread[] threads;
  private final long depth;
  private final boolean hold;
  private final AtomicInteger arrived = new AtomicInteger();
  private volatile boolean released;
  private int created;
  private String stoppedBy;

  /** Tasks that use `depth` bytes of their stacks, and park there or after returning. */
  Parked(int tasks, long depth, boolean hold) {
    threads = new Thread[tasks];
    this.depth = depth;
    this.hold = hold;
  }

  /** How many tasks there are. */
  int count() {
    return created;
  }

  /** Why there are not as many as were asked for. */
  Optional<String> stoppedBy() {
    return Optional.ofNullable(stoppedBy);
  }

  /** Creates as many tasks as can be, and waits until they are parked. */
  void create(Thread.Builder builder) throws InterruptedException {
    try {
      createPortions(builder);
    } catch (OutOfMemoryError e) {
      stoppedBy = Limits.ofThreads(e);
    }
    awaitArrival();
    for (int i = 0; i < created; i++) {
      while (threads[i].getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
    }
  }

  private void createPortions(Thread.Builder builder) throws InterruptedException {
    int portion = (int) Math.max(1, PORTION_BYTES / (TASK_BYTES + depth));
    while (created < threads.length) {
      if (created % portion == 0) {
        awaitArrival();
        if (Limits.isHeapFull()) {
          stoppedBy = Limits.ofHeap();
          return;
        }
      }
      threads[created] = builder.unstarted(this::live);
      threads[created].start();
      created++;
    }
  }

  private void awaitArrival() throws InterruptedException {
    while (arrived.get() < created) {
      Thread.sleep(1);
    }
  }

  private void live() {
    try {
      if (depth > 0) {
        Deep.run(depth, hold ? this::park : () -> {});
      }
    } catch (IllegalStateException e) {
      Main.fail(e);
    }
    park();
  }

  private void park() {
    arrived.incrementAndGet();
    while (!released) {
      LockSupport.park();
    }
  }

  /**
   * Creates tasks, and ends them; gives the nanoseconds until they were parked. Of virtual threads
   * there are enough to compile all their frames: the interpreter's are larger.
   */
  static long rehearse(Arguments arguments, Thread.Builder builder) throws InterruptedException {
    int tasks = Math.min(arguments.model().isVirtual() ? 100 : 2, arguments.tasks());
    long depth = Math.min(arguments.depth(), BRIEF_DEPTH);
    Parked parked = new Parked(tasks, depth, arguments.hold());
    long begun = System.nanoTime();
    parked.create(builder);
    long elapsed = System.nanoTime() - begun;
    parked.end();
    return elapsed;
  }

  private void end() throws InterruptedException {
    released = true;
    for (int i = 0; i < created; i++) {
      LockSupport.unpark(threads[i]);
      threads[i].join();
    }
  }
}

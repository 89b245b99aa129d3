package taskweight;

import java.lang.ref.Reference;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** {@code idle}: tasks that are created and parked, and weigh nothing but what a task weighs. */
final class Idle {
  /** So many are created before the heap is looked at, and all wait until they are parked. */
  private static final int PORTION = 10_000;

  private final Thread[] threads;
  private final AtomicInteger arrived = new AtomicInteger();
  private int created;
  private String stoppedBy;

  Idle(int tasks) {
    threads = new Thread[tasks];
  }

  void run(Thread.Builder builder, Protocol protocol) throws Exception {
    create(builder);
    awaitArrival();
    for (int i = 0; i < created; i++) {
      while (threads[i].getState() != Thread.State.WAITING) {
        Thread.sleep(1);
      }
    }
    protocol.ready(created, stoppedBy == null ? Map.of() : Map.of("stopped_by", stoppedBy));
    protocol.done(created, 0, 1, Map.of());
    Reference.reachabilityFence(threads);
  }

  /** Creates as many tasks as can be. */
  private void create(Thread.Builder builder) throws InterruptedException {
    try {
      while (created < threads.length) {
        if (created % PORTION == 0) {
          awaitArrival();
          if (Limits.isHeapFull()) {
            stoppedBy = Limits.ofHeap();
            return;
          }
        }
        threads[created] = builder.unstarted(this::park);
        threads[created].start();
        created++;
      }
    } catch (OutOfMemoryError e) {
      stoppedBy = Limits.ofThreads(e);
    }
  }

  private void awaitArrival() throws InterruptedException {
    while (arrived.get() < created) {
      Thread.sleep(1);
    }
  }

  private void park() {
    arrived.incrementAndGet();
    while (true) {
      LockSupport.park();
    }
  }
}

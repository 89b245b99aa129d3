package taskweight;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The tasks of one run: the gate they wait behind, and the proof that they did the work. */
final class Tasks {
  private final Slot[] slots;
  private final long operations;
  private final Thread supervisor = Thread.currentThread();
  private final AtomicInteger missing;
  private final AtomicInteger unfinished;
  private final AtomicLong tokens = new AtomicLong();
  private final AtomicLong endedAt = new AtomicLong(Long.MIN_VALUE);
  private volatile long openedAt;
  private volatile boolean open;
  private volatile boolean released;

  /** What the task with this index does once it is started. */
  interface Body {
    void run(int index) throws Exception;
  }

  /** Tasks that have yet to be started; {@code finishers} of them say when they have finished. */
  Tasks(int count, long operations, int finishers) {
    slots = new Slot[count];
    for (int i = 0; i < count; i++) {
      slots[i] = new Slot();
    }
    this.operations = operations;
    missing = new AtomicInteger(count);
    unfinished = new AtomicInteger(finishers);
  }

  int count() {
    return slots.length;
  }

  long operations() {
    return operations;
  }

  Slot slot(int index) {
    return slots[index];
  }

  /** When the gate was opened, by {@link System#nanoTime()}. */
  long openedAt() {
    return openedAt;
  }

  /** Starts all tasks, and waits until they are parked at the gate. */
  void start(Thread.Builder threads, Body body) {
    for (int i = 0; i < slots.length; i++) {
      start(
          threads,
          i,
          index -> {
            passGate();
            body.run(index);
          });
    }
    awaitArrival();
  }

  /** Starts one task. */
  void start(Thread.Builder threads, int index, Body body) {
    try {
      slots[index].thread = threads.unstarted(() -> live(index, body));
      slots[index].thread.start();
    } catch (OutOfMemoryError e) {
      String which = "cannot create thread %d of %d: ".formatted(index + 1, slots.length);
      throw new IllegalStateException(which + Limits.ofThreads(e), e);
    }
  }

  /** Does the work, and keeps the thread with all it owns until it is released. */
  private void live(int index, Body body) {
    try {
      body.run(index);
    } catch (Throwable e) {
      Main.fail(e);
    }
    while (!released) {
      LockSupport.park();
    }
  }

  /** A task is about to wait for the start of the work. */
  void arrive() {
    if (missing.decrementAndGet() == 0) {
      LockSupport.unpark(supervisor);
    }
  }

  private void passGate() {
    arrive();
    while (!open) {
      LockSupport.park();
    }
  }

  /** Waits until all tasks have arrived, and those that the kernel does not know are parked. */
  void awaitArrival() {
    while (missing.get() > 0) {
      LockSupport.park();
    }
    for (Slot slot : slots) {
      while (slot.thread.isVirtual() && slot.thread.getState() == Thread.State.RUNNABLE) {
        Thread.yield();
      }
    }
  }

  /** Starts the clock, opens the gate, and wakes all who wait there. */
  void open() {
    startClock();
    open = true;
    for (Slot slot : slots) {
      slot.wake();
    }
  }

  void startClock() {
    openedAt = System.nanoTime();
  }

  /** A task has made its last operation and holds a token of this value. */
  void finish(long token) {
    endedAt.accumulateAndGet(System.nanoTime(), Math::max);
    tokens.addAndGet(token);
    finish();
  }

  /** A task has finished that makes no operations. */
  void finish() {
    if (unfinished.decrementAndGet() == 0) {
      LockSupport.unpark(supervisor);
    }
  }

  /** Waits until the work is done; gives the nanoseconds that it took. */
  long awaitFinish() {
    while (unfinished.get() > 0) {
      LockSupport.park();
    }
    long counted = 0;
    for (Slot slot : slots) {
      counted += slot.operations();
    }
    Main.check(operations, counted, tokens.get());
    return Math.max(1, endedAt.get() - openedAt);
  }

  /** Ends the tasks. */
  void end() throws InterruptedException {
    released = true;
    for (Slot slot : slots) {
      slot.wake();
      slot.thread.join();
    }
  }
}

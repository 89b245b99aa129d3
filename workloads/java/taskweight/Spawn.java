package taskweight;

/** {@code spawn}: tasks that only count themselves are created and waited for, in batches. */
final class Spawn {
  private final Thread.Builder threads;
  private final Slot[] slots;
  private final Runnable[] tasks;

  Spawn(Thread.Builder threads, int batch) {
    this.threads = threads;
    slots = new Slot[batch];
    tasks = new Runnable[batch];
    for (int i = 0; i < batch; i++) {
      slots[i] = new Slot();
      tasks[i] = slots[i]::count;
    }
  }

  /** Lets a task create that many others; gives the nanoseconds that it took. */
  long run(long operations) throws InterruptedException {
    long[] elapsed = new long[1];
    Thread creator =
        threads.start(
            () -> {
              long begun = System.nanoTime();
              for (long made = 0; made < operations; made += slots.length) {
                createAndJoin((int) Math.min(slots.length, operations - made));
              }
              elapsed[0] = System.nanoTime() - begun;
            });
    creator.join();
    return Math.max(1, elapsed[0]);
  }

  private void createAndJoin(int count) {
    try {
      for (int i = 0; i < count; i++) {
        slots[i].thread = threads.unstarted(tasks[i]);
        slots[i].thread.start();
      }
      for (int i = 0; i < count; i++) {
        slots[i].thread.join();
      }
    } catch (OutOfMemoryError e) {
      Main.fail(new IllegalStateException("cannot create a thread: " + Limits.ofThreads(e), e));
    } catch (InterruptedException e) {
      Main.fail(e);
    }
  }

  long counted() {
    long sum = 0;
    for (Slot slot : slots) {
      sum += slot.operations();
    }
    return sum;
  }
}

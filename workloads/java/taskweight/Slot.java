package taskweight;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/** What a task owns that others can reach: its thread, its counter, and the token handed to it. */
final class Slot {
  private static final VarHandle OPERATIONS = field("operations");
  private static final VarHandle TOKEN = field("token");

  /** To be named before the thread starts. */
  Thread thread;

  @SuppressWarnings("unused")
  private long operations;

  @SuppressWarnings("unused")
  private long token;

  /** Keeps the fields of two slots at least 64 bytes apart: no cache line has both. */
  @SuppressWarnings("unused")
  private long pad0, pad1, pad2, pad3, pad4, pad5, pad6;

  private static VarHandle field(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Slot.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Counts one operation. Only the task itself does: no locked instruction, but a real store. */
  void count() {
    OPERATIONS.setOpaque(this, (long) OPERATIONS.getOpaque(this) + 1);
  }

  long operations() {
    return (long) OPERATIONS.getAcquire(this);
  }

  /** Lets the task look again whether it can go on. */
  void wake() {
    LockSupport.unpark(thread);
  }

  /** Hands the token to the task. It is never 0, which means none. */
  void hand(long token) {
    TOKEN.setRelease(this, token);
    LockSupport.unpark(thread);
  }

  /** Parks the calling thread, the one that the slot belongs to, until it is handed the token. */
  long receive() {
    while (true) {
      long token = (long) TOKEN.getAcquire(this);
      if (token != 0) {
        TOKEN.setOpaque(this, 0L);
        return token;
      }
      LockSupport.park();
    }
  }
}

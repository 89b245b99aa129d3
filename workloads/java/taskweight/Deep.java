package taskweight;

import java.util.stream.LongStream;

/** The calls of {@code deep}. */
final class Deep {
  private static final int LOCALS = 32;

  /** What a level counts: its local variables. With the rest of its frame it takes more. */
  private static final int LEVEL_BYTES = LOCALS * Long.BYTES;

  /** No level within this distance loads its variables from the same place. */
  private static final int LEVELS_APART = 16;

  private static final long[] WORDS = LongStream.range(0, LEVELS_APART * LOCALS).toArray();

  private Deep() {}

  /** Runs {@code bottom} with {@code depth} bytes of the calling task's stack in use. */
  static void run(long depth, Runnable bottom) {
    try {
      descend((depth - 1) / LEVEL_BYTES + 1, bottom);
    } catch (StackOverflowError e) {
      String message = "--depth %d: no stack holds it (JDK_JAVA_OPTIONS=-XssSIZE sets their size)";
      throw new IllegalStateException(message.formatted(depth), e);
    }
  }

  /**
   * The variables are loaded before the call and used after it, which the compiler can neither move
   * nor share with the next level: it has to keep them in the frame.
   */
  private static long descend(long levels, Runnable bottom) {
    int at = (int) (levels % LEVELS_APART) * LOCALS;
    long a0 = WORDS[at], a1 = WORDS[at + 1], a2 = WORDS[at + 2], a3 = WORDS[at + 3];
    long a4 = WORDS[at + 4], a5 = WORDS[at + 5], a6 = WORDS[at + 6], a7 = WORDS[at + 7];
    long a8 = WORDS[at + 8], a9 = WORDS[at + 9], a10 = WORDS[at + 10], a11 = WORDS[at + 11];
    long a12 = WORDS[at + 12], a13 = WORDS[at + 13], a14 = WORDS[at + 14], a15 = WORDS[at + 15];
    long a16 = WORDS[at + 16], a17 = WORDS[at + 17], a18 = WORDS[at + 18], a19 = WORDS[at + 19];
    long a20 = WORDS[at + 20], a21 = WORDS[at + 21], a22 = WORDS[at + 22], a23 = WORDS[at + 23];
    long a24 = WORDS[at + 24], a25 = WORDS[at + 25], a26 = WORDS[at + 26], a27 = WORDS[at + 27];
    long a28 = WORDS[at + 28], a29 = WORDS[at + 29], a30 = WORDS[at + 30], a31 = WORDS[at + 31];
    long sum = 0;
    if (levels > 1) {
      sum = descend(levels - 1, bottom);
    } else {
      bottom.run();
    }
    sum = mix(sum, a0, a1, a2, a3, a4, a5, a6, a7);
    sum = mix(sum, a8, a9, a10, a11, a12, a13, a14, a15);
    sum = mix(sum, a16, a17, a18, a19, a20, a21, a22, a23);
    sum = mix(sum, a24, a25, a26, a27, a28, a29, a30, a31);
    return sum;
  }

  private static long mix(
      long sum, long a, long b, long c, long d, long e, long f, long g, long h) {
    long half = (((sum * 31 + a) * 31 + b) * 31 + c) * 31 + d;
    return (((half * 31 + e) * 31 + f) * 31 + g) * 31 + h;
  }
}

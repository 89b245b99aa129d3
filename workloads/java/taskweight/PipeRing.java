package taskweight;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.Map;

/**
 * {@code switch-io}: the ring over pipes, read and written in blocking mode.
 *
 * <p>A platform thread sleeps in the read. For a virtual thread the JDK makes the pipe
 * non-blocking, parks the thread, and lets its poller wait with epoll.
 */
final class PipeRing extends Work {
  /** What those receive who are not to wait any longer. */
  private static final long NO_TOKEN = Long.MAX_VALUE;

  private final Handovers handovers = new Handovers();
  private final Pipe[] pipes;
  private final ByteBuffer[] buffers;

  /** The value of the token, which only its holder touches. */
  private volatile long value;

  PipeRing(Tasks tasks) throws IOException {
    super(tasks);
    Limits.requireFiles(2L * tasks.count());
    pipes = new Pipe[tasks.count()];
    buffers = new ByteBuffer[tasks.count()];
    for (int i = 0; i < pipes.length; i++) {
      pipes[i] = Pipe.open();
      buffers[i] = ByteBuffer.allocateDirect(1);
    }
  }

  @Override
  void run(int index) throws IOException {
    Pipe.SourceChannel own = pipes[index].source();
    Pipe.SinkChannel next = pipes[next(index)].sink();
    long token = index == 0 ? 0 : receive(own, buffers[index]);
    while (token < tasks.operations()) {
      token = span(index, own, next, token);
    }
    if (token != NO_TOKEN) {
      tasks.finish(token);
    }
  }

  private long span(int index, Pipe.SourceChannel own, Pipe.SinkChannel next, long first)
      throws IOException {
    long token = first;
    for (int turn = 0; turn < SPAN && token < tasks.operations(); turn++) {
      tasks.slot(index).count();
      value = token + 1;
      handovers.before(token + 1);
      next.write(buffers[index].rewind());
      token = receive(own, buffers[index]);
    }
    return token;
  }

  private long receive(Pipe.SourceChannel own, ByteBuffer buffer) throws IOException {
    if (own.read(buffer.rewind()) != 1) {
      throw new IOException("a pipe of the ring is closed");
    }
    long token = value;
    handovers.after(token);
    return token;
  }

  @Override
  Map<String, Object> report() {
    return handovers.report();
  }

  @Override
  void end() throws IOException, InterruptedException {
    value = NO_TOKEN;
    for (Pipe pipe : pipes) {
      pipe.sink().write(ByteBuffer.allocateDirect(1));
    }
    super.end();
    for (Pipe pipe : pipes) {
      pipe.source().close();
      pipe.sink().close();
    }
  }
}

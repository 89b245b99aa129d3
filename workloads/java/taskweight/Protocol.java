package taskweight;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;

/**
 * The conversation with taskweight: one JSON object a line on stdout, one word a line on stdin.
 *
 * <p>Lines are read by a thread of their own, named {@code protocol}, which sleeps in a read while
 * the tasks work: the end of taskweight ends the program even in the middle of a long run.
 */
final class Protocol {
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /** Starts to listen on stdin. */
  static Protocol start() {
    Protocol protocol = new Protocol();
    Thread.ofPlatform().daemon().name("protocol").start(protocol::listen);
    return protocol;
  }

  private void listen() {
    try {
      BufferedReader stdin = new BufferedReader(new InputStreamReader(System.in));
      String line = "";
      while (!"exit".equals(line)) {
        line = stdin.readLine();
        if (line == null) {
          Runtime.getRuntime().halt(1);
        }
        lines.add(line);
      }
    } catch (IOException e) {
      Main.fail(e);
    }
  }

  /** Says that all tasks are parked, once every other thread is asleep, and waits for `go`. */
  void ready(int tasks, Map<String, Object> more) throws IOException, InterruptedException {
    awaitSleep();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("tasks", tasks);
    fields.put("runtime", System.getProperty("java.vm.name") + " " + Runtime.version());
    fields.putAll(more);
    say("ready", fields);
    expect("go");
  }

  /**
   * Says what was done, and waits for `exit`. The tasks are to be kept alive until this returns.
   */
  void done(long operations, long logicalSwitches, long elapsedNs, Map<String, Object> more)
      throws InterruptedException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("operations", operations);
    fields.put("logical_switches", logicalSwitches);
    fields.put("elapsed_ns", elapsedNs);
    fields.putAll(more);
    say("done", fields);
    expect("exit");
  }

  private void expect(String word) throws InterruptedException {
    String line = lines.take();
    if (!line.equals(word)) {
      throw new IllegalStateException("protocol: expected the line " + word + ", read " + line);
    }
  }

  /** Prints the event. Texts are quoted and must not need escapes; all else prints as JSON. */
  private static void say(String event, Map<String, Object> fields) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("event", event);
    all.putAll(fields);
    PrintStream stdout = System.out;
    stdout.println(json(all));
    stdout.flush();
  }

  private static String json(Object value) {
    if (value instanceof Map) {
      return ((Map<?, ?>) value)
          .entrySet().stream()
              .map(field -> "\"" + field.getKey() + "\":" + json(field.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
    }
    return value instanceof String ? "\"" + value + "\"" : value.toString();
  }

  /**
   * Waits until every thread but the calling one is in an interruptible sleep: a task says that it
   * has come to the gate before it parks there, and the compiler may still be at work.
   */
  private static void awaitSleep() throws IOException, InterruptedException {
    Path own = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        while (!thread.getFileName().equals(own) && !isAsleep(thread)) {
          Thread.sleep(1);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Whether the thread sleeps. One that has ended does. */
  private static boolean isAsleep(Path thread) throws IOException {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      return stat.startsWith(") S", stat.lastIndexOf(')'));
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return !Files.exists(thread);
    }
  }
}

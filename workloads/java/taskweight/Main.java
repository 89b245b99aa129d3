package taskweight;

import java.lang.ref.Reference;
import java.net.UnixDomainSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** The program: command line, one scenario, exit status. */
final class Main {
  private Main() {}

  /**
   * @param words the model, then the command line of docs/protocol.md
   */
  public static void main(String[] words) {
    Arguments arguments;
    try {
      arguments = Arguments.parse(words);
    } catch (IllegalArgumentException e) {
      System.err.println("error: " + e.getMessage());
      System.exit(2);
      return;
    }
    try {
      run(arguments, Protocol.start());
    } catch (Throwable e) {
      fail(e);
    }
    // Without tearing the tasks down, which can take longer than the run.
    Runtime.getRuntime().halt(0);
  }

  private static void run(Arguments arguments, Protocol protocol) throws Exception {
    Thread.Builder threads = arguments.model().threads(arguments);
    switch (arguments.scenario()) {
      case "idle", "deep" -> parked(arguments, threads, protocol);
      case "spawn" -> spawn(arguments, threads, protocol);
      case "echo" -> echo(arguments, threads, protocol);
      default -> behindGate(arguments, threads, protocol);
    }
  }

  private static void behindGate(Arguments arguments, Thread.Builder threads, Protocol protocol)
      throws Exception {
    int fewer = Math.min(WarmUp.TASKS, arguments.tasks());
    Arguments brief = arguments.with(fewer, WarmUp.operations(arguments));
    long warmUpNs = WarmUp.untilStable(() -> rehearse(brief, threads));
    Work work = Work.create(arguments, false);
    work.tasks.start(threads, work::run);
    protocol.ready(arguments.tasks(), Map.of("warm_up_ns", warmUpNs));
    work.tasks.open();
    long elapsedNs = work.tasks.awaitFinish();
    protocol.done(arguments.operations(), work.logicalSwitches(), elapsedNs, work.report());
  }

  private static long rehearse(Arguments arguments, Thread.Builder threads) throws Exception {
    Work work = Work.create(arguments, true);
    work.tasks.start(threads, work::run);
    work.tasks.open();
    long elapsedNs = work.tasks.awaitFinish();
    work.end();
    return elapsedNs;
  }

  private static void parked(Arguments arguments, Thread.Builder threads, Protocol protocol)
      throws Exception {
    Map<String, Object> more = new LinkedHashMap<>();
    if (arguments.model().isVirtual() || arguments.depth() != 0) {
      more.put("warm_up_ns", WarmUp.untilStable(() -> Parked.rehearse(arguments, threads)));
    }
    Parked parked = new Parked(arguments.tasks(), arguments.depth(), arguments.hold());
    parked.create(threads);
    parked.stoppedBy().ifPresent(limit -> more.put("stopped_by", limit));
    if (arguments.model().isVirtual()) {
      VirtualStacks.measure().ifPresent(stacks -> more.put("runtime_stacks", stacks));
    }
    protocol.ready(parked.count(), more);
    protocol.done(parked.count(), 0, 1, Map.of());
    Reference.reachabilityFence(parked);
  }

  private static void spawn(Arguments arguments, Thread.Builder threads, Protocol protocol)
      throws Exception {
    int fewer = Math.min(WarmUp.TASKS, arguments.tasks());
    long warmUpNs =
        WarmUp.untilStable(
            () -> new Spawn(threads, fewer).run(WarmUp.operations(arguments) / WarmUp.TASKS));
    Spawn spawn = new Spawn(threads, arguments.tasks());
    protocol.ready(arguments.tasks(), Map.of("warm_up_ns", warmUpNs));
    long elapsedNs = spawn.run(arguments.operations());
    check(arguments.operations(), spawn.counted(), arguments.operations());
    protocol.done(arguments.operations(), arguments.operations(), elapsedNs, Map.of());
  }

  private static void echo(Arguments arguments, Thread.Builder threads, Protocol protocol)
      throws Exception {
    String path = arguments.socket();
    int fewer = Math.min(WarmUp.TASKS, arguments.tasks());
    long warmUpNs =
        WarmUp.untilStable(() -> Echo.rehearse(threads, path, fewer, WarmUp.operations(arguments)));
    try (Echo echo =
        new Echo(UnixDomainSocketAddress.of(path), arguments.tasks(), arguments.operations())) {
      echo.accept(threads);
      protocol.ready(arguments.tasks(), Map.of("warm_up_ns", warmUpNs));
      echo.tasks.startClock();
      long elapsedNs = echo.tasks.awaitFinish();
      protocol.done(arguments.operations(), arguments.operations(), elapsedNs, Map.of());
    }
  }

  /** The program's proof: what was asked for, what the tasks counted, and the tokens' value. */
  static void check(long asked, long counted, long tokens) {
    if (counted != asked || tokens != asked) {
      throw new IllegalStateException(
          "asked for %d operations, but the tasks counted %d and the tokens %d"
              .formatted(asked, counted, tokens));
    }
  }

  /** Says why the program cannot go on, and ends it with status 1, for the first one that fails. */
  static synchronized void fail(Throwable error) {
    String message = error instanceof IllegalStateException ? error.getMessage() : error.toString();
    System.err.println("error: " + message);
    System.err.flush();
    Runtime.getRuntime().halt(1);
  }
}

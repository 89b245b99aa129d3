package taskweight;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The limits of the machine that many tasks run into. */
final class Limits {

  /** A limit and how much of it is in use. */
  private record Limit(String name, double used, double most) {
    double share() {
      return used / most;
    }

    @Override
    public String toString() {
      return "%s %.0f".formatted(name, most);
    }
  }

  /** A limit is reached when this much of it is in use: what failed has been given back by now. */
  private static final double REACHED = 0.98;

  /** Pids that are not given out again once they have all been used. */
  private static final int RESERVED_PIDS = 300;

  private static final int SPARE_FILES = 32;

  /** A heap is full when this much of it is in use: what is left keeps the program going. */
  private static final double FULL = 0.85;

  private Limits() {}

  /** Whether hardly anything more fits into the heap, even after a collection. */
  static boolean isHeapFull() {
    if (!isHeapInUse()) {
      return false;
    }
    System.gc();
    return isHeapInUse();
  }

  private static boolean isHeapInUse() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory() > FULL * runtime.maxMemory();
  }

  /** The limit of the heap, with its value. */
  static String ofHeap() {
    return "-Xmx " + Runtime.getRuntime().maxMemory();
  }

  /** Fails unless this number of files can be open besides the runtime's own. */
  static void requireFiles(long files) {
    long needed = files + SPARE_FILES;
    double most = find("Max open files +(\\d+)", Path.of("/proc/self/limits"));
    if (needed > most) {
      String message = "%d descriptors are needed, the hard limit RLIMIT_NOFILE is %.0f: raise it";
      throw new IllegalStateException(message.formatted(needed, most));
    }
  }

  /** The limit that stopped the creation of a thread, with its value. */
  static String ofThreads(OutOfMemoryError error) {
    if (String.valueOf(error.getMessage()).contains("heap")) {
      return ofHeap();
    }
    try {
      return all().stream()
          .filter(limit -> limit.share() >= REACHED)
          .max(Comparator.comparingDouble(Limit::share))
          .map(Limit::toString)
          .orElseGet(() -> "none of the known limits is reached, perhaps memory: " + error);
    } catch (IOException e) {
      return "a limit that cannot be read: " + e;
    }
  }

  private static List<Limit> all() throws IOException {
    List<Limit> limits = new ArrayList<>();
    double threads = find("[^/]*/(\\d+)", Path.of("/proc/loadavg"));
    limits.add(
        new Limit("kernel.pid_max", threads + RESERVED_PIDS, number("/proc/sys/kernel/pid_max")));
    limits.add(new Limit("kernel.threads-max", threads, number("/proc/sys/kernel/threads-max")));
    double maps = Files.readAllLines(Path.of("/proc/self/maps")).size();
    limits.add(new Limit("vm.max_map_count", maps, number("/proc/sys/vm/max_map_count")));
    double addresses = find("VmSize:\\s+(\\d+)", Path.of("/proc/self/status")) * 1024;
    double mostAddresses = find("Max address space +(\\d+)", Path.of("/proc/self/limits"));
    limits.add(new Limit("RLIMIT_AS", addresses, mostAddresses));
    double user = find("Uid:\t(\\d+)", Path.of("/proc/self/status"));
    if (user != 0) {
      double processes = find("Max processes +(\\d+)", Path.of("/proc/self/limits"));
      limits.add(new Limit("RLIMIT_NPROC", threadsOf(user), processes));
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
      String[] fields = line.split(":", 3);
      Path root = Path.of("/sys/fs/cgroup", fields[1]);
      for (Path cgroup = root.resolve("." + fields[2]).normalize();
          cgroup.startsWith(root);
          cgroup = cgroup.getParent()) {
        double most = number(cgroup + "/pids.max");
        limits.add(new Limit("pids.max", number(cgroup + "/pids.current"), most));
      }
    }
    return limits;
  }

  private static double threadsOf(double user) throws IOException {
    double sum = 0;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        Path status = process.resolve("status");
        if (find("Uid:\t(\\d+)", status) == user) {
          sum += find("Threads:\t(\\d+)", status);
        }
      }
    }
    return sum;
  }

  private static double number(String file) {
    return find("^(\\d+)", Path.of(file));
  }

  /** The number in a file; infinite when it is not there, as where there is no such limit. */
  private static double find(String pattern, Path file) {
    // One large read: a file of /proc/sys gives nothing to a second one.
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String text = reader.lines().collect(Collectors.joining("\n"));
      Matcher matcher = Pattern.compile(pattern).matcher(text);
      return matcher.find() ? Double.parseDouble(matcher.group(1)) : Double.POSITIVE_INFINITY;
    } catch (IOException | UncheckedIOException e) {
      return Double.POSITIVE_INFINITY;
    }
  }
}

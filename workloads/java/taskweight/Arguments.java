package taskweight;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The command line: {@code MODEL SCENARIO --tasks N --operations M [option ...]}.
 *
 * <p>What is not given is 0, null or false: the default of the model.
 */
record Arguments(
    Model model,
    String scenario,
    int tasks,
    long operations,
    int workers,
    long stackSize,
    String socket,
    long depth,
    boolean hold) {

  static final List<String> SCENARIOS =
      List.of(
          "switch", "switch-io", "yield", "control", "spawn", "idle", "deep", "echo", "cpu", "hog");

  private static final String HOLD = "--hold";

  /** All others, which take a value. */
  private static final List<String> OPTIONS =
      List.of("--tasks", "--operations", "--workers", "--stack-size", "--socket", "--depth");

  /**
   * @throws IllegalArgumentException in words for the user
   */
  static Arguments parse(String[] words) {
    if (words.length < 2) {
      throw new IllegalArgumentException("a scenario is missing: " + String.join(", ", SCENARIOS));
    }
    Map<String, String> options = options(Arrays.asList(words).listIterator(2));
    Arguments arguments =
        new Arguments(
            Model.named(words[0]),
            words[1],
            (int) positive(options, "--tasks", Integer.MAX_VALUE),
            positive(options, "--operations", Long.MAX_VALUE),
            (int) positive(options, "--workers", Short.MAX_VALUE),
            positive(options, "--stack-size", Long.MAX_VALUE),
            options.get("--socket"),
            positive(options, "--depth", Long.MAX_VALUE),
            options.containsKey(HOLD));
    arguments.check();
    return arguments;
  }

  /**
   * The operations of task {@code index} when {@code tasks} share them: the first take the rest.
   */
  static long share(long operations, int tasks, int index) {
    return operations / tasks + (index < operations % tasks ? 1 : 0);
  }

  /** The same work for fewer tasks, or with fewer operations. */
  Arguments with(int tasks, long operations) {
    return new Arguments(
        model, scenario, tasks, operations, workers, stackSize, socket, depth, hold);
  }

  private static Map<String, String> options(Iterator<String> words) {
    Map<String, String> options = new HashMap<>();
    while (words.hasNext()) {
      String option = words.next();
      if (option.equals(HOLD)) {
        options.put(option, "");
        continue;
      }
      if (!OPTIONS.contains(option)) {
        throw new IllegalArgumentException("no option " + option);
      }
      if (!words.hasNext()) {
        throw new IllegalArgumentException(option + ": its value is missing");
      }
      options.put(option, words.next());
    }
    return options;
  }

  /** The value of an option, 0 where it is not given. */
  private static long positive(Map<String, String> options, String option, long most) {
    String value = options.get(option);
    if (value == null) {
      return 0;
    }
    String wanted = option + " takes a number from 1 to " + most + ", not " + value;
    try {
      long number = Long.parseLong(value);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(wanted, e);
    }
    throw new IllegalArgumentException(wanted);
  }

  private void check() {
    int fewest = Arrays.asList("switch", "switch-io").contains(scenario) ? 2 : 1;
    String mistake = null;
    if (!SCENARIOS.contains(scenario)) {
      mistake = "no scenario " + scenario + ", only: " + String.join(", ", SCENARIOS);
    } else if (tasks < fewest) {
      mistake = "scenario " + scenario + " needs --tasks, at least " + fewest;
    } else if (operations == 0) {
      mistake = "--operations is missing";
    } else if (scenario.equals("echo") == (socket == null)) {
      mistake = "--socket belongs to scenario echo";
    } else if (scenario.equals("deep") == (depth == 0) || (hold && depth == 0)) {
      mistake = "--depth and --hold belong to scenario deep, which needs the first";
    } else if (workers != 0 && !model.isVirtual()) {
      mistake =
          "a platform thread is a thread of the kernel: " + model.name() + " has no --workers";
    } else if (stackSize != 0 && model.isVirtual()) {
      mistake = "the stack of a virtual thread has no size to choose: no --stack-size";
    }
    if (mistake != null) {
      throw new IllegalArgumentException(mistake);
    }
  }
}

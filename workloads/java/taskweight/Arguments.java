package taskweight;

import java.util.Arrays;
import java.util.List;

/** The command line: {@code MODEL SCENARIO --tasks N --operations M [option ...]}. */
record Arguments(
    Model model,
    String scenario,
    int tasks,
    long operations,
    int workers,
    long stackSize,
    String socket) {

  static final List<String> SCENARIOS =
      List.of("switch", "switch-io", "yield", "control", "spawn", "idle", "echo", "cpu", "hog");

  /** What the command line does not say: 0 is the default of the model. */
  private static final Arguments NOTHING = new Arguments(null, null, 0, 0, 0, 0, null);

  /**
   * @throws IllegalArgumentException in words for the user
   */
  static Arguments parse(String[] words) {
    if (words.length < 2) {
      throw new IllegalArgumentException("a scenario is missing: " + String.join(", ", SCENARIOS));
    }
    Arguments arguments = NOTHING.with(Model.named(words[0]), words[1]);
    for (int i = 2; i < words.length; i += 2) {
      if (i + 1 == words.length) {
        throw new IllegalArgumentException(words[i] + ": its value is missing");
      }
      arguments = arguments.with(words[i], words[i + 1]);
    }
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
    return new Arguments(model, scenario, tasks, operations, workers, stackSize, socket);
  }

  private Arguments with(Model model, String scenario) {
    if (!SCENARIOS.contains(scenario)) {
      throw new IllegalArgumentException(
          "no scenario " + scenario + ", only: " + String.join(", ", SCENARIOS));
    }
    return new Arguments(model, scenario, tasks, operations, workers, stackSize, socket);
  }

  private Arguments with(String option, String value) {
    return switch (option) {
      case "--tasks" -> with((int) positive(option, value, Integer.MAX_VALUE), operations);
      case "--operations" -> with(tasks, positive(option, value, Long.MAX_VALUE));
      case "--workers" -> {
        int workers = (int) positive(option, value, Short.MAX_VALUE);
        yield new Arguments(model, scenario, tasks, operations, workers, stackSize, socket);
      }
      case "--stack-size" -> {
        long stackSize = positive(option, value, Long.MAX_VALUE);
        yield new Arguments(model, scenario, tasks, operations, workers, stackSize, socket);
      }
      case "--socket" ->
          new Arguments(model, scenario, tasks, operations, workers, stackSize, value);
      default -> throw new IllegalArgumentException("no option " + option);
    };
  }

  private static long positive(String option, String value, long most) {
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
    if (tasks < fewest) {
      mistake = "scenario " + scenario + " needs --tasks, at least " + fewest;
    } else if (operations == 0) {
      mistake = "--operations is missing";
    } else if (scenario.equals("echo") == (socket == null)) {
      mistake = "--socket belongs to scenario echo";
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

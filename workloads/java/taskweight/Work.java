package taskweight;

import java.io.IOException;
import java.util.Map;

/** What the tasks of a scenario do behind the gate. */
abstract class Work {
  /**
   * The turns of a task's loop that are one call. A loop that is called often is compiled as a
   * whole; a task with one long loop would begin it in the interpreter, however warm the program.
   */
  static final int SPAN = 64;

  final Tasks tasks;

  Work(Tasks tasks) {
    this.tasks = tasks;
  }

  /** The tasks of the run, and what they do; {@code brief} in the warm-up. */
  static Work create(Arguments arguments, boolean brief) throws IOException {
    int count = arguments.tasks();
    long operations = arguments.operations();
    return switch (arguments.scenario()) {
      case "switch" -> new Ring(new Tasks(count, operations, 1));
      case "switch-io" -> new PipeRing(new Tasks(count, operations, 1));
      case "yield" -> new Loop(new Tasks(count, operations, count), true);
      case "control" -> new Loop(new Tasks(count, operations, count), false);
      case "cpu" -> new Cpu(new Tasks(count, operations, count));
      case "hog" -> new Hog(new Tasks(count + 1, operations, count + 1), brief);
      default -> throw new IllegalArgumentException(arguments.scenario());
    };
  }

  /** What task {@code index} does once the gate is open. */
  abstract void run(int index) throws IOException;

  /** Operations that are switches between tasks. */
  long logicalSwitches() {
    return tasks.operations();
  }

  /** The fields of {@code done} that only this scenario has. */
  Map<String, Object> report() {
    return Map.of();
  }

  /** Ends the tasks, also those that wait for the token. */
  void end() throws IOException, InterruptedException {
    tasks.end();
  }

  /** The operations of task {@code index} where each has its share. */
  final long share(int index) {
    return Arguments.share(tasks.operations(), tasks.count(), index);
  }

  final int next(int index) {
    return index + 1 == tasks.count() ? 0 : index + 1;
  }
}

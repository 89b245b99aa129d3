package taskweight;

import java.util.List;

/**
 * A kind of thread.
 *
 * @param workers carriers unless the command line says otherwise; 0 is the runtime's own choice
 */
record Model(String name, boolean isVirtual, int workers) {

  private static final List<Model> ALL =
      List.of(
          new Model("java-platform", false, 0),
          new Model("java-platform-1m", false, 0),
          new Model("java-virtual", true, 0),
          new Model("java-virtual-1", true, 1));

  static Model named(String name) {
    return ALL.stream()
        .filter(model -> model.name.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no model " + name));
  }

  /**
   * What creates the tasks. They are daemons, so that none of them holds up the end of the process.
   *
   * <p>The scheduler of virtual threads reads its properties when the first one is created, so this
   * has to come before that.
   */
  Thread.Builder threads(Arguments arguments) {
    if (!isVirtual) {
      return Thread.ofPlatform().daemon().stackSize(arguments.stackSize());
    }
    int carriers = arguments.workers() == 0 ? workers : arguments.workers();
    if (carriers != 0) {
      for (String property : List.of("parallelism", "maxPoolSize")) {
        System.setProperty("jdk.virtualThreadScheduler." + property, Integer.toString(carriers));
      }
    }
    return Thread.ofVirtual();
  }
}

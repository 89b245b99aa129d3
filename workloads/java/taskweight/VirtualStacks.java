package taskweight;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What the JVM says that the stacks of parked virtual threads take: the objects of the heap into
 * which it moves the frames of a thread when it parks.
 */
final class VirtualStacks {
  private static final String CHUNK = "jdk.internal.vm.StackChunk";

  /** A line of the histogram: rank, instances, bytes, class. */
  private static final Pattern LINE =
      Pattern.compile("^ *\\d+: +\\d+ +(\\d+) +" + Pattern.quote(CHUNK) + "\\b", Pattern.MULTILINE);

  private VirtualStacks() {}

  /** The field {@code runtime_stacks}; nothing where the JVM does not tell. */
  static Optional<Map<String, Object>> measure() {
    Matcher line;
    try {
      line = LINE.matcher(histogram());
    } catch (JMException e) {
      return Optional.empty();
    }
    if (!line.find()) {
      return Optional.empty();
    }
    String source = CHUNK + " in GC.class_histogram, after the full collection that it makes";
    return Optional.of(Map.of("bytes", Long.parseLong(line.group(1)), "source", source));
  }

  /** All classes, with the number of their instances and their bytes. */
  private static String histogram() throws JMException {
    ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
    Object[] arguments = {new String[0]};
    String[] signature = {String[].class.getName()};
    return (String)
        ManagementFactory.getPlatformMBeanServer()
            .invoke(commands, "gcClassHistogram", arguments, signature);
  }
}

package taskweight

import java.io.File
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.LinkedBlockingQueue
import kotlin.concurrent.thread

/**
 * The conversation with taskweight: one JSON object a line on stdout, one word a line on stdin.
 *
 * Lines are read by a thread of their own, named `protocol`, which sleeps in a read while the tasks work: the end of
 * taskweight ends the program even in the middle of a long run.
 */
class Protocol {
    private val lines = LinkedBlockingQueue<String>()

    init {
        thread(isDaemon = true, name = "protocol") { listen() }
    }

    private fun listen() {
        do {
            val line = readlnOrNull() ?: Runtime.getRuntime().halt(1).let { return }
            lines.add(line)
        } while (line != "exit")
    }

    /** Says that all tasks are parked, once every other thread is asleep, and waits for `go`. */
    fun ready(
        tasks: Int,
        more: Map<String, Any> = emptyMap(),
    ) {
        awaitSleep()
        say("ready", mapOf("tasks" to tasks, "runtime" to "Kotlin ${KotlinVersion.CURRENT}, JVM ${Runtime.version()}") + more)
        expect("go")
    }

    /** Says what was done, and waits for `exit`. The tasks are to be kept alive until this returns. */
    fun done(
        operations: Long,
        logicalSwitches: Long,
        elapsedNs: Long,
        more: Map<String, Any> = emptyMap(),
    ) {
        val fields =
            mapOf("operations" to operations, "logical_switches" to logicalSwitches, "elapsed_ns" to elapsedNs)
        say("done", fields + more)
        expect("exit")
    }

    private fun expect(word: String) {
        val line = lines.take()
        check(line == word) { "protocol: expected the line $word, read $line" }
    }

    /** Prints the event. Texts are quoted and must not need escapes; all else prints as JSON. */
    private fun say(
        event: String,
        fields: Map<String, Any>,
    ) {
        val all = mapOf<String, Any>("event" to event) + fields
        println(all.entries.joinToString(",", "{", "}") { (name, value) -> "\"$name\":${json(value)}" })
    }

    private fun json(value: Any) = if (value is String) "\"$value\"" else value.toString()

    /** Waits until every thread but the calling one is in an interruptible sleep: the compiler may still be at work. */
    private fun awaitSleep() {
        val own = Files.readSymbolicLink(Path.of("/proc/thread-self")).fileName.toString()
        for (thread in File("/proc/self/task").list().orEmpty()) {
            while (thread != own && !isAsleep(thread)) {
                Thread.sleep(1)
            }
        }
    }

    /** Whether the thread sleeps. One that has ended does. */
    private fun isAsleep(thread: String): Boolean =
        try {
            File("/proc/self/task/$thread/stat").readText().substringAfterLast(") ").startsWith("S")
        } catch (_: IOException) {
            true
        }
}

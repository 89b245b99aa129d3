package taskweight

import kotlin.math.abs
import kotlin.math.min

/**
 * Runs the same code as the run to come until the compiler is done with it: until two successive batches take the same
 * time, within 10 %, or 3 s have gone by.
 */
object WarmUp {
    private const val TASKS = 20
    private const val RUNS = 20
    private const val FEWEST_BATCHES = 10
    private const val LONGEST_NS = 3_000_000_000L

    /** A short run of the same scenario. */
    fun brief(arguments: Arguments): Arguments {
        val tasks = min(TASKS, arguments.tasks)
        return when (arguments.scenario) {
            Scenario.HOG -> arguments.copy(tasks = tasks, operations = tasks.toLong())
            Scenario.CPU -> arguments.copy(tasks = tasks, operations = TASKS.toLong())
            else -> arguments.copy(tasks = tasks, operations = 500)
        }
    }

    /** Calls [run], which gives the nanoseconds that its work took; gives the field of `ready`. */
    inline fun untilStable(run: () -> Long): Map<String, Any> {
        val progress = Progress()
        do {
            var sum = 0L
            repeat(runs) { sum += run() }
        } while (!progress.isStable(sum))
        return mapOf("warm_up_ns" to progress.elapsedNs)
    }

    val runs get() = RUNS

    /** What the batches have shown so far. */
    class Progress {
        private val begun = System.nanoTime()
        private var last = 0L
        private var batches = 0

        val elapsedNs get() = System.nanoTime() - begun

        /** Whether this batch was the last one needed. */
        fun isStable(batchNs: Long): Boolean {
            val isSame = abs(batchNs - last) <= last / 10
            last = batchNs
            batches++
            return elapsedNs >= LONGEST_NS || (batches >= FEWEST_BATCHES && isSame)
        }
    }
}

package taskweight

import kotlinx.coroutines.delay
import kotlinx.coroutines.yield
import kotlin.time.Duration.Companion.nanoseconds

/** What the tasks of a scenario do behind the gate. */
abstract class Work(
    val tasks: Tasks,
) {
    /** What task [index] does once the gate is open. */
    abstract suspend fun run(index: Int)

    /** Operations that are switches between tasks. */
    open val logicalSwitches get() = tasks.operations

    /** The fields of `done` that only this scenario has. */
    open fun report(): Map<String, Any> = emptyMap()

    protected fun share(index: Int) = share(tasks.operations, tasks.count, index)

    companion object {
        /** The tasks of the run, and what they do; [brief] in the warm-up. */
        fun create(
            arguments: Arguments,
            brief: Boolean,
        ): Work {
            val (scenario, count, operations) = arguments
            return when (scenario) {
                Scenario.SWITCH -> Ring(Tasks(count, operations, 1))
                Scenario.YIELD -> GiveWay(Tasks(count, operations, count))
                Scenario.CONTROL -> Control(Tasks(count, operations, count))
                Scenario.CPU -> Cpu(Tasks(count, operations, count))
                Scenario.HOG -> Hog(Tasks(count + 1, operations, count + 1), brief)
                else -> error("${scenario.label} has no gate")
            }
        }
    }
}

/** `switch`: a ring of tasks hands one token round by resuming the next one's continuation. */
class Ring(
    tasks: Tasks,
) : Work(tasks) {
    private val handovers = Handovers()

    override suspend fun run(index: Int) {
        val own = tasks.slot(index)
        val next = tasks.slot(tasks.next(index))
        var token = if (index == 0) 0 else own.receive().also(handovers::after)
        while (token < tasks.operations) {
            own.count()
            handovers.before(token + 1)
            next.hand(token + 1)
            token = own.receive()
            handovers.after(token)
        }
        if (token != Tasks.NO_TOKEN) {
            tasks.finish(token)
        }
    }

    override fun report() = handovers.report()
}

/** `yield`: every task goes to the end of the dispatcher's queue again and again. */
class GiveWay(
    tasks: Tasks,
) : Work(tasks) {
    override suspend fun run(index: Int) {
        val own = tasks.slot(index)
        val share = share(index)
        var token = 0L
        while (token < share) {
            own.count()
            token++
            yield()
        }
        tasks.finish(token)
    }

    override val logicalSwitches get() = if (tasks.count > 1) tasks.operations else 0
}

/** `control`: what [GiveWay] does without the yield. */
class Control(
    tasks: Tasks,
) : Work(tasks) {
    override suspend fun run(index: Int) {
        val own = tasks.slot(index)
        val share = share(index)
        var token = 0L
        while (token < share) {
            token = span(own, token, minOf(share, token + SPAN))
        }
        tasks.finish(token)
    }

    /** A loop that is called often is compiled as a whole; one long loop would begin in the interpreter. */
    private fun span(
        own: Slot,
        first: Long,
        end: Long,
    ): Long {
        var token = first
        while (token < end) {
            own.count()
            token++
        }
        return token
    }

    override val logicalSwitches get() = 0L

    private companion object {
        const val SPAN = 64
    }
}

/** `cpu`: chunks of computation, shared out among the tasks, which all run on one thread. */
class Cpu(
    tasks: Tasks,
) : Work(tasks) {
    private var checksum = 0

    override suspend fun run(index: Int) {
        val chunks = index until tasks.operations step tasks.count.toLong()
        var token = 0L
        for (chunk in chunks) {
            checksum += compute((chunk + 1).toInt())
            tasks.slot(index).count()
            token++
        }
        tasks.finish(token)
    }

    private fun compute(seed: Int): Int {
        var x = seed
        repeat(ROUNDS) {
            x = x xor (x shl 13)
            x = x xor (x ushr 17)
            x = x xor (x shl 5)
        }
        return x
    }

    override val logicalSwitches get() = 0L

    override fun report() = mapOf("checksum" to checksum.toUInt())

    private companion object {
        const val ROUNDS = 10_000
    }
}

/** `hog`: the last task computes without giving way, the others tick. */
class Hog(
    tasks: Tasks,
    private val brief: Boolean,
) : Work(tasks) {
    private val lateness = Histogram()

    override suspend fun run(index: Int) {
        val tickers = tasks.count - 1
        if (index < tickers) {
            tick(tasks.slot(index), share(tasks.operations, tickers, index))
        } else {
            compute()
        }
    }

    private suspend fun tick(
        own: Slot,
        ticks: Long,
    ) {
        var due = tasks.openedAt
        for (tick in 0 until ticks) {
            due += TICK_NS
            var early = due - System.nanoTime()
            while (early > 0) {
                // It sleeps whole milliseconds, rounded up: part of what the model is.
                delay(early.nanoseconds)
                early = due - System.nanoTime()
            }
            lateness.record(-early)
            own.count()
        }
        tasks.finish(ticks)
    }

    private fun compute() {
        val until = tasks.openedAt + if (brief) TICK_NS else HOG_NS
        while (System.nanoTime() < until) {
            // Reading the clock is the computation.
        }
        tasks.finish()
    }

    override fun report() = mapOf("lateness_ns" to lateness)

    private companion object {
        const val TICK_NS = 1_000_000L
        const val HOG_NS = 200_000_000L
    }
}

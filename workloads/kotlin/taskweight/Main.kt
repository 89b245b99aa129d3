package taskweight

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import kotlin.math.min
import kotlin.system.exitProcess

/** The program: command line, one scenario on the thread of `runBlocking`, exit status. */
fun main(words: Array<String>) {
    val arguments =
        try {
            parseArguments(words)
        } catch (mistake: IllegalArgumentException) {
            System.err.println("error: ${mistake.message}")
            exitProcess(2)
        }
    try {
        runBlocking { run(arguments, Protocol()) }
    } catch (failure: Throwable) {
        System.err.println("error: " + if (failure is IllegalStateException) failure.message else failure)
        Runtime.getRuntime().halt(1)
    }
}

private suspend fun CoroutineScope.run(
    arguments: Arguments,
    protocol: Protocol,
) {
    when (arguments.scenario) {
        Scenario.SPAWN -> spawn(arguments, protocol)
        Scenario.IDLE -> parked(arguments, protocol) { awaitCancellation() }
        Scenario.DEEP -> parked(arguments, protocol) { goDeep(arguments.depth, arguments.hold) }
        else -> behindGate(arguments, protocol)
    }
    // Without tearing the tasks down, which can take longer than the run.
    Runtime.getRuntime().halt(0)
}

private suspend fun CoroutineScope.behindGate(
    arguments: Arguments,
    protocol: Protocol,
) {
    val brief = WarmUp.brief(arguments)
    val warmUp = WarmUp.untilStable { rehearse(brief) }
    val work = Work.create(arguments, brief = false)
    work.tasks.start(this, work::run)
    protocol.ready(arguments.tasks, warmUp)
    work.tasks.open()
    val elapsedNs = work.tasks.awaitFinish()
    protocol.done(arguments.operations, work.logicalSwitches, elapsedNs, work.report())
}

private suspend fun CoroutineScope.rehearse(arguments: Arguments): Long {
    val work = Work.create(arguments, brief = true)
    val jobs = work.tasks.start(this, work::run)
    work.tasks.open()
    val elapsedNs = work.tasks.awaitFinish()
    work.tasks.release()
    jobs.joinAll()
    return elapsedNs
}

private suspend fun CoroutineScope.spawn(
    arguments: Arguments,
    protocol: Protocol,
) {
    val brief = WarmUp.brief(arguments)
    val warmUp = WarmUp.untilStable { spawn(brief, Array(brief.tasks) { Slot() }) }
    val slots = Array(arguments.tasks) { Slot() }
    protocol.ready(arguments.tasks, warmUp)
    val elapsedNs = spawn(arguments, slots)
    checkCounts(arguments.operations, slots.sumOf { it.operations }, arguments.operations)
    protocol.done(arguments.operations, arguments.operations, elapsedNs)
}

/** Creates coroutines that only count themselves, and waits for them, in batches. */
private suspend fun CoroutineScope.spawn(
    arguments: Arguments,
    slots: Array<Slot>,
): Long {
    val jobs = arrayOfNulls<Job>(slots.size)
    val begun = System.nanoTime()
    var made = 0L
    while (made < arguments.operations) {
        val batch = min(slots.size.toLong(), arguments.operations - made).toInt()
        for (index in 0 until batch) {
            jobs[index] = launch { slots[index].count() }
        }
        for (index in 0 until batch) {
            jobs[index]?.join()
        }
        made += batch
    }
    return (System.nanoTime() - begun).coerceAtLeast(1)
}

/** Coroutines that are created and suspended for ever by [park], and weigh nothing but what a coroutine weighs. */
private suspend fun CoroutineScope.parked(
    arguments: Arguments,
    protocol: Protocol,
    park: suspend CoroutineScope.() -> Unit,
) {
    val portion = (PORTION_BYTES / (COROUTINE_BYTES + arguments.depth)).toInt().coerceAtLeast(1)
    var created = 0
    var isFull = false
    while (created < arguments.tasks && !isFull) {
        repeat(min(portion, arguments.tasks - created)) {
            launch(block = park)
            created++
        }
        // They come to their place, so that the dispatcher's queue does not grow with all of them.
        yield()
        isFull = isHeapInUse().also { if (it) System.gc() } && isHeapInUse()
    }
    val isStopped = created < arguments.tasks
    protocol.ready(created, if (isStopped) mapOf("stopped_by" to "-Xmx ${heapLimit()}") else emptyMap())
    protocol.done(created.toLong(), 0, 1)
}

/** What a coroutine weighs besides what it holds, roughly. */
private const val COROUTINE_BYTES = 1024L

/** Coroutines that weigh so much are created before the heap is looked at. */
private const val PORTION_BYTES = 10_000 * COROUTINE_BYTES

/** A heap is full when this much of it is in use: what is left keeps the program going. */
private const val FULL = 0.85

private fun heapLimit() = Runtime.getRuntime().maxMemory()

private fun isHeapInUse() = Runtime.getRuntime().run { totalMemory() - freeMemory() } > FULL * heapLimit()

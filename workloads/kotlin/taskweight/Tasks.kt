package taskweight

import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import java.util.concurrent.atomic.AtomicLong
import kotlin.coroutines.resume

/**
 * What a task owns that others can reach: its continuation, its counter, and the token handed to it.
 *
 * All tasks run on one thread. The counter is atomic only to be a real store each time, without a locked instruction:
 * the compiler may sum up a loop over a plain field.
 */
class Slot {
    private var waiting: CancellableContinuation<Unit>? = null
    private var token = 0L
    private val counter = AtomicLong()

    val operations get() = counter.get()

    /** Counts one operation. */
    fun count() = counter.lazySet(counter.get() + 1)

    /** Suspends the calling task, the one that the slot belongs to, until it is woken. */
    suspend fun park() = suspendCancellableCoroutine { waiting = it }

    /** Lets the task go on, if it is suspended. */
    fun wake() {
        waiting?.also { waiting = null }?.resume(Unit)
    }

    /** Hands the token to the task. It is never 0, which means none. */
    fun hand(token: Long) {
        this.token = token
        wake()
    }

    /** Suspends the calling task until it is handed the token. Inline: one state machine less to run through. */
    @Suppress("NOTHING_TO_INLINE")
    suspend inline fun receive(): Long {
        while (!hasToken()) {
            park()
        }
        return take()
    }

    fun hasToken() = token != 0L

    fun take() = token.also { token = 0 }
}

/**
 * The tasks of one run: the gate they wait behind, and the proof that they did the work. [finishers] of them say when
 * they have finished.
 */
class Tasks(
    val count: Int,
    val operations: Long,
    finishers: Int,
) {
    private val slots = Array(count) { Slot() }
    private val supervisor = Slot()
    private var missing = count
    private var unfinished = finishers
    private var tokens = 0L
    private var isOpen = false
    private var isReleased = false
    private var endedAt = 0L

    /** When the gate was opened, by [System.nanoTime]. */
    var openedAt = 0L
        private set

    fun slot(index: Int) = slots[index]

    fun next(index: Int) = if (index + 1 == count) 0 else index + 1

    /** Starts all tasks, and waits until they are parked at the gate. */
    suspend fun start(
        scope: CoroutineScope,
        body: suspend (Int) -> Unit,
    ) = List(count) { scope.launch { live(it, body) } }.also { supervise { missing == 0 } }

    /** Passes the gate, does the work, and keeps the task until it is released. */
    private suspend fun live(
        index: Int,
        body: suspend (Int) -> Unit,
    ) {
        val own = slots[index]
        if (--missing == 0) {
            supervisor.wake()
        }
        while (!isOpen) {
            own.park()
        }
        body(index)
        while (!isReleased) {
            own.park()
        }
    }

    /** Starts the clock, opens the gate, and wakes all who wait there. */
    fun open() {
        openedAt = System.nanoTime()
        isOpen = true
        slots.forEach { it.wake() }
    }

    /** A task has made its last operation and holds a token of this value. */
    fun finish(token: Long) {
        endedAt = System.nanoTime()
        tokens += token
        finish()
    }

    /** A task has finished that makes no operations. */
    fun finish() {
        if (--unfinished == 0) {
            supervisor.wake()
        }
    }

    /** Waits until the work is done; gives the nanoseconds that it took. */
    suspend fun awaitFinish(): Long {
        supervise { unfinished == 0 }
        checkCounts(operations, slots.sumOf { it.operations }, tokens)
        return (endedAt - openedAt).coerceAtLeast(1)
    }

    private suspend fun supervise(condition: () -> Boolean) {
        while (!condition()) {
            supervisor.park()
        }
    }

    /** Lets the tasks end, also those that wait for the token: they receive [NO_TOKEN]. */
    fun release() {
        isReleased = true
        slots.forEach { it.hand(NO_TOKEN) }
    }

    companion object {
        const val NO_TOKEN = Long.MAX_VALUE
    }
}

/** The program's proof: what was asked for, what the tasks counted, and the tokens' value. */
fun checkCounts(
    asked: Long,
    counted: Long,
    tokens: Long,
) = check(counted == asked && tokens == asked) {
    "asked for $asked operations, but the tasks counted $counted and the tokens $tokens"
}

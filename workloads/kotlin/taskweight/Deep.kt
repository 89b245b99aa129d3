package taskweight

import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.suspendCancellableCoroutine

private const val LEVEL_WORDS = 32

/** What a level of calls counts: the words that it keeps. */
private const val LEVEL_BYTES = LEVEL_WORDS * Long.SIZE_BYTES

/**
 * What a task of `deep` does: makes calls of that [depth] in bytes, which leave nothing behind, or parks below suspending
 * functions that wait for each other.
 */
suspend fun goDeep(
    depth: Long,
    hold: Boolean,
) {
    val levels = (depth - 1) / LEVEL_BYTES + 1
    try {
        if (hold) descendSuspending(levels) else descend(levels)
    } catch (_: StackOverflowError) {
        error("--depth $depth: the stack does not hold $levels calls")
    }
    awaitCancellation()
}

/** Recurses until [levels] levels are suspended, each with its own array. */
private fun descend(levels: Long): Long {
    val words = LongArray(LEVEL_WORDS) { levels + it }
    val below = if (levels > 1) descend(levels - 1) else 0L
    return below + words.sum()
}

/** As [descend], with functions that suspend: what they keep is in the heap once the innermost parks. */
private suspend fun descendSuspending(levels: Long): Long {
    val words = LongArray(LEVEL_WORDS) { levels + it }
    val below = if (levels > 1) descendSuspending(levels - 1) else suspendCancellableCoroutine<Long> { }
    return below + words.sum()
}

package taskweight

/** How often each time occurred: exact below 64 ns, above in steps of at most 1/32 of the value. */
class Histogram {
    private val counts = LongArray(bucket(Long.MAX_VALUE) + 1)

    fun record(nanoseconds: Long) {
        counts[bucket(nanoseconds.coerceAtLeast(0))]++
    }

    private fun bucket(value: Long): Int {
        val shift = (Long.SIZE_BITS - 6 - value.countLeadingZeroBits()).coerceAtLeast(0)
        return shift * 32 + (value shr shift).toInt()
    }

    /** The middle of the bucket. */
    private fun value(bucket: Int): Long {
        val shift = (bucket / 32 - 1).coerceAtLeast(0)
        return ((bucket - shift * 32).toLong() shl shift) + (1L shl shift) / 2
    }

    /** A JSON list of `[nanoseconds,count]`. */
    override fun toString(): String =
        counts.indices
            .filter { counts[it] != 0L }
            .joinToString(",", "[", "]") { "[${value(it)},${counts[it]}]" }
}

/** Self-timed switches, one in 64: from just before the switch to just after the resume. */
class Handovers {
    private val times = Histogram()
    private val clockCost = (1..TRIES).minOf { readClock() }
    private var handedAt = 0L

    /** The token is about to be passed on with this value. */
    fun before(token: Long) {
        if (token % SAMPLE == 0L) {
            handedAt = System.nanoTime()
        }
    }

    /** The token has been received. */
    fun after(token: Long) {
        if (token % SAMPLE == 0L) {
            times.record(System.nanoTime() - handedAt - clockCost)
        }
    }

    fun report() = mapOf("hand_over_ns" to times, "clock_ns" to clockCost)

    private companion object {
        const val SAMPLE = 64
        const val READINGS = 1_000
        const val TRIES = 20

        /** What one reading of the clock costs, in nanoseconds. */
        fun readClock(): Long {
            val first = System.nanoTime()
            var last = first
            repeat(READINGS) { last = System.nanoTime() }
            return (last - first) / READINGS
        }
    }
}

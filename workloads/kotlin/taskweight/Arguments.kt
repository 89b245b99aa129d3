package taskweight

/** The scenarios, and whether this model offers them: kotlinx.coroutines has no reactor, it waits for no descriptor. */
enum class Scenario(
    val offered: Boolean = true,
    val fewestTasks: Int = 1,
) {
    SWITCH(fewestTasks = 2),
    SWITCH_IO(offered = false),
    YIELD,
    CONTROL,
    SPAWN,
    IDLE,
    DEEP,
    ECHO(offered = false),
    CPU,
    HOG,
    ;

    /** The name on the command line. */
    val label = name.lowercase().replace('_', '-')
}

private const val DEPTH = "--depth"
private const val HOLD = "--hold"

/** The command line: `SCENARIO --tasks N --operations M [--depth BYTES [--hold]]`. [depth] is 0 except in `deep`. */
data class Arguments(
    val scenario: Scenario,
    val tasks: Int,
    val operations: Long,
    val depth: Long = 0,
    val hold: Boolean = false,
)

/** Parses the command line; throws an [IllegalArgumentException] in words for the user. */
fun parseArguments(words: Array<String>): Arguments {
    val scenario = parseScenario(words.firstOrNull())
    val isDeep = scenario == Scenario.DEEP
    val hold = HOLD in words
    val pairs = words.drop(1).filter { it != HOLD }.chunked(2)
    val incomplete = pairs.find { it.size < 2 }
    require(incomplete == null) { "${incomplete?.first()}: its value is missing" }
    val options = pairs.associate { (option, value) -> option to value }
    require(isDeep || (!hold && DEPTH !in options)) { "$DEPTH and $HOLD belong to scenario deep" }
    val unknown = options.keys - setOf("--tasks", "--operations", DEPTH)
    require(unknown.isEmpty()) { "no option ${unknown.first()}: all tasks run on the one thread of runBlocking" }
    val tasks = positive(options, "--tasks", Int.MAX_VALUE.toLong()).toInt()
    require(tasks >= scenario.fewestTasks) {
        "scenario ${scenario.label} needs at least ${scenario.fewestTasks} tasks, not $tasks"
    }
    val depth = if (isDeep) positive(options, DEPTH, Long.MAX_VALUE) else 0
    return Arguments(scenario, tasks, positive(options, "--operations", Long.MAX_VALUE), depth, hold)
}

private fun parseScenario(word: String?): Scenario {
    val offered = Scenario.entries.filter { it.offered }
    val labels = offered.joinToString { it.label }
    return requireNotNull(offered.find { it.label == word }) { "kotlin does not offer scenario $word, only: $labels" }
}

private fun positive(
    options: Map<String, String>,
    option: String,
    most: Long,
): Long {
    val value = requireNotNull(options[option]) { "$option is missing" }
    val number = value.toLongOrNull()
    require(number in 1..most) { "$option takes a number from 1 to $most, not $value" }
    return number!!
}

/** The operations of task [index] when [tasks] share them: the first take the rest. */
fun share(
    operations: Long,
    tasks: Int,
    index: Int,
): Long = operations / tasks + if (index < operations % tasks) 1 else 0

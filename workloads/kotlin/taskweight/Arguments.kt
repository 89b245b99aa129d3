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
    ECHO(offered = false),
    CPU,
    HOG,
    ;

    /** The name on the command line. */
    val label = name.lowercase().replace('_', '-')
}

/** The command line: `SCENARIO --tasks N --operations M`. */
data class Arguments(
    val scenario: Scenario,
    val tasks: Int,
    val operations: Long,
)

/** Parses the command line; throws an [IllegalArgumentException] in words for the user. */
fun parseArguments(words: Array<String>): Arguments {
    val scenario = parseScenario(words.firstOrNull())
    require(words.size % 2 == 1) { "${words.last()}: its value is missing" }
    val options = words.drop(1).chunked(2).associate { (option, value) -> option to value }
    val unknown = options.keys - setOf("--tasks", "--operations")
    require(unknown.isEmpty()) { "no option ${unknown.first()}: all tasks run on the one thread of runBlocking" }
    val tasks = positive(options, "--tasks", Int.MAX_VALUE.toLong()).toInt()
    require(tasks >= scenario.fewestTasks) {
        "scenario ${scenario.label} needs at least ${scenario.fewestTasks} tasks, not $tasks"
    }
    return Arguments(scenario, tasks, positive(options, "--operations", Long.MAX_VALUE))
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

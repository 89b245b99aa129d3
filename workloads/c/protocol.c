#define _GNU_SOURCE
#include "protocol.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[SCENARIOS] = {"switch", "switch-io", "yield", "control", "spawn",
                                             "idle",   "deep",      "echo",  "cpu",     "hog"};

static _Noreturn void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void complain(const char *format, va_list values) {
    fputs("error: ", stderr);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
}

void fail(const char *format, ...) {
    va_list values;
    va_start(values, format);
    complain(format, values);
    _exit(1);
}

static void refuse(const char *format, ...) {
    va_list values;
    va_start(values, format);
    complain(format, values);
    exit(2);
}

static uint64_t number(const char *option, const char *text, uint64_t minimum, uint64_t maximum) {
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value < minimum || value > maximum)
        refuse("--%s needs a number from %" PRIu64 " to %" PRIu64 ", not %s", option, minimum, maximum, text);
    return value;
}

static enum scenario scenario_named(const char *name) {
    int found = 0;
    while (found < SCENARIOS && strcmp(names[found], name) != 0)
        found++;
    if (found == SCENARIOS)
        refuse("there is no scenario %s", name);
    return (enum scenario)found;
}

void parse_arguments(struct arguments *arguments, const struct model *model, int argc, char **argv) {
    enum { OWN_OPTIONS = 4, OWN = 1000 };
    struct option options[8 + OWN_OPTIONS] = {
        {"tasks", required_argument, NULL, 't'},   {"operations", required_argument, NULL, 'o'},
        {"workers", required_argument, NULL, 'w'}, {"socket", required_argument, NULL, 's'},
        {"depth", required_argument, NULL, 'd'},   {"hold", no_argument, NULL, 'h'},
        {"touch", required_argument, NULL, 'c'}};
    for (int own = 0; model->options && model->options[own].name; own++)
        options[7 + own] = (struct option){model->options[own].name, required_argument, NULL, OWN + own};
    *arguments = (struct arguments){0};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 't')
            arguments->tasks = (uint32_t)number("tasks", optarg, 1, INT32_MAX);
        else if (option == 'o')
            arguments->operations = number("operations", optarg, 1, UINT64_MAX);
        else if (option == 's')
            arguments->socket = optarg;
        else if (option == 'd')
            arguments->depth = number("depth", optarg, 1, (size_t)1 << 40);
        else if (option == 'h')
            arguments->hold = true;
        else if (option == 'c')
            arguments->touch = number("touch", optarg, 0, (size_t)1 << 40);
        else if (option == 'w' && (!model->one_worker || number("workers", optarg, 1, UINT32_MAX) != 1))
            refuse("--workers %s: %s", optarg, model->workers);
        else if (option >= OWN)
            *model->options[option - OWN].value = number(model->options[option - OWN].name, optarg, 0, SIZE_MAX);
        else if (option == '?')
            exit(2);
    }
    if (optind != argc - 1)
        refuse("usage: %s SCENARIO --tasks N --operations M", program_invocation_short_name);
    arguments->scenario = scenario_named(argv[optind]);
    const char *why_not = model->why_not[arguments->scenario];
    if (why_not)
        refuse("%s does not offer scenario %s: %s", model->name, argv[optind], why_not);
    if (arguments->tasks == 0 || arguments->operations == 0)
        refuse("--tasks N and --operations M are needed");
    if (arguments->scenario <= SCENARIO_SWITCH_IO && arguments->tasks < 2)
        refuse("scenario %s needs at least 2 tasks", argv[optind]);
    if ((arguments->scenario == SCENARIO_ECHO) != (arguments->socket != NULL))
        refuse("--socket PATH belongs to scenario echo, which needs it");
    if ((arguments->scenario == SCENARIO_DEEP) != (arguments->depth != 0))
        refuse("--depth BYTES belongs to scenario deep, which needs it");
    if (arguments->hold && arguments->scenario != SCENARIO_DEEP)
        refuse("--hold belongs to scenario deep");
    if (arguments->touch != 0 && arguments->scenario > SCENARIO_SWITCH_IO)
        refuse("--touch BYTES belongs to scenarios switch and switch-io");
}

bool only_parks(const struct arguments *arguments) {
    return arguments->scenario == SCENARIO_IDLE || arguments->scenario == SCENARIO_DEEP;
}

uint32_t finishers(const struct arguments *arguments) {
    enum scenario scenario = arguments->scenario;
    bool one = scenario == SCENARIO_SWITCH || scenario == SCENARIO_SWITCH_IO || scenario == SCENARIO_ECHO;
    return one ? 1 : arguments->tasks;
}

uint64_t logical_switches(const struct arguments *arguments) {
    switch (arguments->scenario) {
    case SCENARIO_CONTROL:
    case SCENARIO_IDLE:
    case SCENARIO_DEEP:
    case SCENARIO_CPU:
        return 0;
    case SCENARIO_YIELD:
        return arguments->tasks > 1 ? arguments->operations : 0;
    default:
        return arguments->operations;
    }
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t word_came = PTHREAD_COND_INITIALIZER;
static int words_read;

static void take_word(const char *word) {
    static const char *const expected[] = {"go", "exit"};
    if (strcmp(word, expected[words_read]) != 0)
        fail("protocol: expected the line \"%s\" on stdin, read \"%s\"", expected[words_read], word);
    pthread_mutex_lock(&mutex);
    words_read++;
    pthread_cond_signal(&word_came);
    pthread_mutex_unlock(&mutex);
}

// Takes words up to `exit`. It allocates no memory: that would be a heap of this thread's own.
static void *listen_on_stdin(void *nothing) {
    char line[64];
    size_t length = 0;
    char byte;
    while (words_read < 2) {
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            _exit(1);
        if (byte != '\n' && length < sizeof line - 1) {
            line[length++] = byte;
            continue;
        }
        line[length] = '\0';
        length = 0;
        take_word(line);
    }
    return nothing;
}

void protocol_start(void) {
    signal(SIGPIPE, SIG_IGN);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    pthread_t thread;
    int error = pthread_create(&thread, &attributes, listen_on_stdin, NULL);
    if (error != 0)
        fail("start the protocol thread: %s", strerror(error));
    pthread_setname_np(thread, "protocol");
}

static void wait_for_word(int number) {
    pthread_mutex_lock(&mutex);
    while (words_read < number)
        pthread_cond_wait(&word_came, &mutex);
    pthread_mutex_unlock(&mutex);
}

// Whether thread `tid` is in an interruptible sleep. One that has ended is.
static bool is_asleep(int tasks, const char *tid) {
    char path[NAME_MAX + sizeof "/stat"], stat[512];
    snprintf(path, sizeof path, "%s/stat", tid);
    int file = openat(tasks, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return true;
    ssize_t length = read(file, stat, sizeof stat - 1);
    close(file);
    if (length <= 0)
        return true;
    stat[length] = '\0';
    const char *after_name = strrchr(stat, ')');
    return after_name && after_name[1] == ' ' && after_name[2] == 'S';
}

// A task says that it has come to the gate before it sleeps there: this closes the gap.
static void wait_for_others(void) {
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks)
        fail("see in /proc whether the threads are asleep: %s", strerror(errno));
    pid_t own = gettid();
    for (struct dirent *entry; (entry = readdir(tasks));)
        while (entry->d_name[0] != '.' && atoi(entry->d_name) != own && !is_asleep(dirfd(tasks), entry->d_name))
            sched_yield();
    closedir(tasks);
}

static void say_end(void) {
    puts("}");
    if (fflush(stdout) != 0)
        fail("write to stdout: %s", strerror(errno));
}

static void say_histogram(const char *name, const struct histogram *histogram) {
    const char *separator = "";
    printf(",\"%s\":[", name);
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        if (histogram->counts[bucket] == 0)
            continue;
        printf("%s[%" PRIu64 ",%" PRIu64 "]", separator, bucket_middle(bucket), histogram->counts[bucket]);
        separator = ",";
    }
    printf("]");
}

static void say_moments(const struct stopwatch *stopwatch) {
    printf(",\"hand_overs\":[");
    for (size_t index = 0; index < stopwatch->moment_count; index++) {
        const uint64_t *moment = stopwatch->moments[index];
        printf("%s[%" PRIu64 ",%" PRIu64 "]", index > 0 ? "," : "", moment[0], moment[1]);
    }
    printf("]");
}

static void say_stacks(const struct stacks *stacks) {
    printf(",\"stacks\":[");
    for (size_t index = 0; index < stacks->count; index++) {
        const struct stack_series *series = &stacks->series[index];
        printf("%s[%ju,%zu", index > 0 ? "," : "", (uintmax_t)series->base, series->length);
        if (series->count > 1)
            printf(",%td,%" PRIu32, series->stride, series->count);
        putchar(']');
    }
    putchar(']');
}

void protocol_ready(uint32_t tasks, const char *stopped_by, const struct stacks *stacks) {
    wait_for_others();
    printf("{\"event\":\"ready\",\"tasks\":%" PRIu32 ",\"runtime\":\"C compiler %s\"", tasks, __VERSION__);
    if (stopped_by)
        printf(",\"stopped_by\":\"%s\"", stopped_by);
    if (stacks && stacks->count > 0)
        say_stacks(stacks);
    say_end();
    wait_for_word(1);
}

void protocol_done(const struct arguments *arguments, const struct outcome *outcome) {
    uint64_t asked = only_parks(arguments) ? outcome->operations : arguments->operations;
    if (outcome->operations != asked || outcome->tokens != asked)
        fail("asked for %" PRIu64 " operations, but the tasks counted %" PRIu64 " and the tokens %" PRIu64, asked,
             outcome->operations, outcome->tokens);
    /* A client may ask, and be answered, before the gate is seen to be open: then the work took no time to speak of. */
    uint64_t elapsed = outcome->ended_ns > outcome->started_ns ? outcome->ended_ns - outcome->started_ns : 1;
    printf("{\"event\":\"done\",\"operations\":%" PRIu64 ",\"logical_switches\":%" PRIu64 ",\"elapsed_ns\":%" PRIu64,
           outcome->operations, outcome->logical_switches, elapsed);
    if (outcome->hand_over) {
        printf(",\"clock_ns\":%" PRIu64, outcome->hand_over->clock_ns);
        say_histogram("hand_over_ns", &outcome->hand_over->times);
        say_moments(outcome->hand_over);
    }
    if (outcome->lateness)
        say_histogram("lateness_ns", outcome->lateness);
    if (outcome->checksum)
        printf(",\"checksum\":%" PRIu32, *outcome->checksum);
    say_end();
    wait_for_word(2);
    _exit(0);
}

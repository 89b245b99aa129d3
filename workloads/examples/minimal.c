/* A workload in C: threads that yield to each other (yield), or only count (control). cc -O2 -pthread */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_barrier_t all; /* every task, and main */
static int yields;

static void *task(void *count) { /* reads its share there, and stores its count */
    volatile unsigned long made = 0; /* or the compiler removes the loop */
    unsigned long share = *(unsigned long *)count;
    pthread_barrier_wait(&all); /* ready */
    pthread_barrier_wait(&all); /* the gate */
    for (; made < share; made++)
        if (yields) sched_yield();
    *(unsigned long *)count = made;
    pthread_barrier_wait(&all); /* the work is done */
    pause();                    /* alive until the window is closed */
    return NULL;
}

static void hear(const char *word) {
    char line[8];
    if (!fgets(line, sizeof line, stdin) || strcmp(line, word)) exit(1); /* taskweight is gone */
}

int main(int words, char **word) { /* PROGRAM SCENARIO --tasks N --operations M */
    yields = words > 5 && !strcmp(word[1], "yield");
    if (!yields && (words < 6 || strcmp(word[1], "control"))) return fputs("offered: yield, control\n", stderr), 2;
    unsigned long n = strtoul(word[3], NULL, 10), m = strtoul(word[5], NULL, 10), made = 0, counts[n];
    pthread_barrier_init(&all, NULL, n + 1);
    for (unsigned long i = 0; i < n; i++) {
        pthread_t thread;
        counts[i] = m / n + (i < m % n);
        if (pthread_create(&thread, NULL, task, &counts[i])) return perror("pthread_create"), 1;
    }
    pthread_barrier_wait(&all);
    printf("{\"event\":\"ready\",\"tasks\":%lu,\"runtime\":\"C, compiler %s\"}\n", n, __VERSION__), fflush(stdout);
    hear("go\n");
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pthread_barrier_wait(&all);
    pthread_barrier_wait(&all);
    clock_gettime(CLOCK_MONOTONIC, &end);
    for (unsigned long i = 0; i < n; i++) made += counts[i];
    if (made != m) return fprintf(stderr, "%lu operations made, not %lu\n", made, m), 1;
    printf("{\"event\":\"done\",\"operations\":%lu,\"logical_switches\":%lu,\"elapsed_ns\":%ld}\n", made,
           yields && n > 1 ? made : 0, (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec);
    fflush(stdout);
    hear("exit\n");
    return 0;
}

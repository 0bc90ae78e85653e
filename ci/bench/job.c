/*
 * The job of the bench.
 *
 *   job                   ends at once
 *   job LOG NUMBER        ends at once, and adds the line "NUMBER START END" to LOG
 *   job LOG NUMBER hold   the same, but ends when there is no more to read from standard input
 *   job LOG NUMBER MS     the same, but ends after so many milliseconds
 *
 * START and END are CLOCK_MONOTONIC in nanoseconds, taken as early and as late as the program can. The line is one
 * write(2) to a file opened with O_APPEND, so lines of jobs that overlap do not mix.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
    char line[80], input[80];
    long long start = now();
    int log, length;

    if (argc < 3)
        return 0;
    log = open(argv[1], O_WRONLY | O_APPEND | O_CLOEXEC);
    if (log == -1)
        return 73;
    if (argc > 3 && argv[3][0] != 'h')
        usleep(1000 * atoi(argv[3]));
    else if (argc > 3)
        while (read(0, input, sizeof input) > 0)
            ;
    length = snprintf(line, sizeof line, "%s %lld %lld\n", argv[2], start, now());
    return write(log, line, length) == length ? 0 : 74;
}

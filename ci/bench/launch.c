/*
 * Runs a command and prints its peak memory in KiB on descriptor 3: launch COMMAND [ARGUMENT...]
 *
 * Linux counts for a program the peak of the process that exec replaced, and a vforked child has its parent's memory.
 * So the parent has to be small: this one, not the Python interpreter.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    char line[40];
    int status, length;
    pid_t child;

    if (argc < 2)
        return 2;
    child = vfork();
    if (child == 0) {
        execv(argv[1], argv + 1);
        _exit(127);
    }
    if (child == -1 || wait4(child, &status, 0, &usage) == -1)
        return 71;
    length = snprintf(line, sizeof line, "%ld\n", usage.ru_maxrss);
    if (write(3, line, length) != length)
        return 74;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * The least that a wrapper can do which locks, compares, runs a command and cleans up.
 * Usage: floor LOCKFILE COMMAND [ARGUMENT...]
 *
 * It waits for the lock. It judges no directory, keeps no record, spares no waiter the herd, and unlinks what it was
 * given; so it is a yardstick for time, not a tool.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The lock on the file that the path names, not on one that a former holder has just removed. */
static int acquire(const char *path)
{
    for (;;) {
        struct stat held, named;
        int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file == -1 || flock(file, LOCK_EX) == -1 || fstat(file, &held) == -1)
            return -1;
        if (stat(path, &named) == 0 && named.st_dev == held.st_dev && named.st_ino == held.st_ino)
            return file;
        close(file);
    }
}

int main(int argc, char **argv)
{
    int status;
    pid_t child;

    if (argc < 3)
        return 2;
    if (acquire(argv[1]) == -1)
        return 71;
    child = vfork();
    if (child == 0) {
        execv(argv[2], argv + 2);
        _exit(127);
    }
    if (child == -1 || waitpid(child, &status, 0) == -1)
        return 71;
    unlink(argv[1]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

"""Running wrappers: one from start to end, and many in a queue of which it is known that they sleep."""

import contextlib
import os
import shutil
import signal
import tempfile
import time

from programs import ENVIRONMENT

# What the Python interpreter ignores and a wrapper would inherit.
DEFAULTS = (signal.SIGPIPE, signal.SIGXFSZ)

# For waiting until something has happened; if it hasn't by then, it never will.
PATIENCE = 60.0


class Failure(Exception):
    """A program did not do what the bench is about to time."""


class Ground:
    """A private directory, and every process that was started and has not ended yet."""

    def __init__(self, parent):
        self.folder = tempfile.mkdtemp(prefix="withlock-bench-", dir=parent)
        self.alive = {}
        self.count = 0

    def path(self, stem):
        """A name that was not used before."""
        self.count += 1
        return os.path.join(self.folder, f"{stem}-{self.count}")

    def start(self, line, stdin=None, quiet=False, extra=None):
        """Starts a program; `extra` becomes its descriptor 3."""
        actions = [] if stdin is None else [(os.POSIX_SPAWN_DUP2, stdin, 0)]
        if quiet:
            actions.append((os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0))
        if extra is not None:
            actions.append((os.POSIX_SPAWN_DUP2, extra, 3))
        pid = os.posix_spawn(line[0], line, ENVIRONMENT, file_actions=actions, setsigdef=DEFAULTS)
        self.alive[pid] = line
        return pid

    def end(self, pid, status=0):
        """Waits for a process; the resources that it and its children have used."""
        return self.end_any(pid, status)[1]

    def end_any(self, pid=-1, status=0):
        """The same for whichever ends first, and its id."""
        pid, ended, usage = os.wait4(pid, 0)
        line = self.alive.pop(pid)
        code = os.waitstatus_to_exitcode(ended)
        if status is not None and code != status:
            raise Failure(f"exit status {code}, not {status}: {' '.join(line)}")
        return pid, usage

    def close(self):
        """Ends what still runs, by the kernel's list: a signal may have come between a start and its being noted."""
        for pid in children(os.getpid()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait4(-1, 0)
        shutil.rmtree(self.folder)


class Holder:
    """A run of a program whose job holds the lock until it is let go."""

    def __init__(self, ground, program, own, lock, log=None):
        self.ground = ground
        self.lock = lock
        job = [own["job"], log or "/dev/null", "0", "hold"]
        stdin, self.string = os.pipe()
        try:
            self.pid = ground.start(program.line(lock, job, program.once), stdin)
        finally:
            os.close(stdin)
        wait_until(self.is_holding, f"{program.name} to take the lock")
        self.inode = os.stat(lock).st_ino

    def is_holding(self):
        # Of the wrapper or, where the wrapper becomes the job, of the job; a child of the wrapper is the job.
        return reads(self.pid, "job") or any(reads(child, "job") for child in children(self.pid))

    def sleepers(self):
        """How many requests for the lock file the kernel has put to sleep."""
        with open("/proc/locks") as locks:
            return sum(1 for line in locks if "->" in line and f":{self.inode} " in line)

    def await_sleepers(self, count):
        wait_until(lambda: self.sleepers() >= count, f"{count} waiters to sleep")

    def let_go(self):
        """Says when, in nanoseconds."""
        now = time.perf_counter_ns()
        os.close(self.string)
        return now


def reads(pid, name):
    """Whether a process is the program of that name and sleeps, as a job does that reads from a pipe."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            told, _, rest = stat.read().rpartition(") ")
            return told.endswith(f"({name}") and rest.startswith("S")
    except OSError:
        return False


def children(pid):
    """All descendants."""
    found = []
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as listed:
            for child in map(int, listed.read().split()):
                found += [child, *children(child)]
    except OSError:
        pass
    return found


@contextlib.contextmanager
def patience(seconds, what):
    """Gives up on what never ends."""
    def give_up(*_):
        raise Failure(f"waited {seconds:.0f} s in vain for {what}")

    signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def wait_until(is_so, what):
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise Failure(f"waited {PATIENCE:.0f} s in vain for {what}")
        time.sleep(0.0005)


def cpu(usage):
    """User and system time in nanoseconds."""
    return (usage.ru_utime + usage.ru_stime) * 1e9

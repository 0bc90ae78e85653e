"""Waiting that lasts: what it costs, and whether a limit is kept."""

import time

from running import Failure, Holder
from table import median, micro, table

LIMIT = 0.5


def numbers(pid):
    """The time on a processor in nanoseconds, and how often it went to sleep."""
    with open(f"/proc/{pid}/schedstat") as schedstat:
        on_cpu = int(schedstat.read().split()[0])
    with open(f"/proc/{pid}/status") as status:
        sleeps = next(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt_switches"))
    return on_cpu, sleeps


def report_cost(ground, programs, own, script, seconds):
    """All wait at the same time, each for its own lock."""
    waiters = []
    for program in programs:
        holder = Holder(ground, program, own, ground.path("lock"))
        waiters.append((program.name, holder, ground.start(program.line(holder.lock, [own["job"]], program.wait))))
        holder.await_sleepers(1)
    if script:
        # It asks once a second, and so is never seen asleep in the kernel's list.
        holder = Holder(ground, script, own, ground.path("lock"))
        waiters.append((script.name, holder, ground.start(script.line(holder.lock, [own["job"]], ("-w", "60")))))
        time.sleep(1)
    before = [numbers(pid) for _, _, pid in waiters]
    time.sleep(seconds)
    after = [numbers(pid) for _, _, pid in waiters]
    for _, holder, pid in waiters:
        holder.let_go()
        ground.end(holder.pid)
        ground.end(pid)
    rows = [[name, micro(end[0] - begin[0]), end[1] - begin[1]]
            for (name, _, _), begin, end in zip(waiters, before, after)]
    return table(f"Idle: waiting for {seconds} s without a limit", ["idle", "CPU us", "wake-ups"], rows)


def report_lateness(ground, programs, own, rounds):
    """The runs of a round begin one after the other, so that their ends do not meet."""
    runs = []
    for program in programs:
        holder = Holder(ground, program, own, ground.path("lock"))
        runs.append((program, holder, program.line(holder.lock, [own["job"]], program.half_second)))
    late = {program.name: [] for program in programs}
    for _ in range(rounds):
        started = []
        for program, _, line in runs:
            begin = time.perf_counter_ns()
            # What they say about giving up is not for the reader of the table.
            started.append((program, begin, ground.start(line, quiet=True)))
            time.sleep(LIMIT / 2 / len(runs))
        for program, begin, pid in started:
            ground.end(pid, status=None)
            taken = time.perf_counter_ns() - begin
            if taken < LIMIT * 1e9:
                raise Failure(f"{program.name} did not wait for {LIMIT} s but {taken / 1e9:.3f} s")
            late[program.name].append(taken - LIMIT * 1e9)
    for _, holder, _ in runs:
        holder.let_go()
        ground.end(holder.pid)
    rows = [[name, micro(median(values)), micro(max(values))] for name, values in late.items()]
    notes = [f"{rounds} runs, from start to end, less {LIMIT} s: starting up and ending is in it."]
    return table(f"Limit: how late past {LIMIT} s", ["limit", "p50 us", "max us"], rows, notes)

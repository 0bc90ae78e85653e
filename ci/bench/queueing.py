"""Queues: the cost of a job when others wait, the time from one job's end to the next one's start, and the order."""

import os
import random
import statistics
import time

import steady
from programs import FLOCK, WITHLOCK
from running import PATIENCE, Holder, cpu, patience
from table import median, micro, percentile, table


class Drained:
    """What came of one queue of so many waiters."""

    def __init__(self, wall, cpu_time, jobs):
        self.count = len(jobs) - 1
        self.wall = wall / self.count
        self.cpu = cpu_time / self.count
        jobs.sort(key=lambda job: job[1])
        # From the end of one job to the start of the next; below zero they ran at once.
        self.gaps = [start - end for (_, _, end), (_, start, _) in zip(jobs, jobs[1:])]
        self.order = [number for number, _, _ in jobs]

    def inversions(self):
        """Pairs of waiters of which the later one ran first."""
        order = self.order
        return sum(order[i] > order[j] for i in range(len(order)) for j in range(i + 1, len(order)))


def drain(ground, program, own, count, one_by_one=False):
    """Lets a queue build up behind a holder; then lets the holder go, and waits for the last one."""
    lock, log = ground.path("lock"), ground.path("log")
    open(log, "w").close()
    holder = Holder(ground, program, own, lock, log)
    for number in range(1, count + 1):
        ground.start(program.line(lock, [own["job"], log, str(number)], program.wait))
        if one_by_one:
            holder.await_sleepers(number)
    holder.await_sleepers(count)
    begin = holder.let_go()
    used = 0
    with patience(PATIENCE, f"{count} waiters of {program.name} to end"):
        for _ in range(count + 1):
            pid, usage = ground.end_any()
            used += cpu(usage) if pid != holder.pid else 0
    wall = time.perf_counter_ns() - begin
    with open(log) as lines:
        jobs = [tuple(map(int, line.split())) for line in lines]
    os.unlink(log)
    return Drained(wall, used, jobs)


def job_alone(ground, own):
    """The CPU time of the job, and its time from start to end."""
    log = ground.path("log")
    open(log, "w").close()
    used, taken = [], []
    for _ in range(200):
        begin = time.perf_counter_ns()
        used.append(cpu(ground.end(ground.start([own["job"], log, "1"]))))
        taken.append(time.perf_counter_ns() - begin)
    return median(used), median(taken)


def measure(ground, programs, own, passes):
    """Queues of each program and length, each length so many times."""
    plan = [(program, count) for program in programs for count in passes]
    results = {}
    for number in range(max(passes.values())):
        random.shuffle(plan)
        for program, count in plan:
            if number < passes[count]:
                results.setdefault((program.name, count), []).append(drain(ground, program, own, count))
    return results


def thirds(results, passes, whose):
    """The hand-over of this program against that of flock(1), in each third of the passes: of the longest queue that is measured often enough."""
    often = [count for count in passes if passes[count] >= 6]
    base = FLOCK if any(name == FLOCK for name, _ in results) else whose
    if not often:
        return [0]

    def middle(name, part):
        queues = results[name, often[-1]]
        size = len(queues) // 3
        return median([gap for queue in queues[part * size:(part + 1) * size] for gap in queue.gaps])
    return [middle(whose, part) / middle(base, part) for part in range(3)]


def report(ground, programs, own, passes, parts, whose=WITHLOCK):
    """The same queues give both tables."""
    watch = steady.Watch()
    alone = job_alone(ground, own)
    results, how_even = steady.evenly(lambda: measure(ground, programs, own, passes),
                                      lambda result: thirds(result, passes, whose))
    how = [how_even, str(watch)]
    if "wait" in parts:
        yield report_cost(results, programs, list(passes), alone, how)
    if "handover" in parts:
        yield report_gaps(results, programs, list(passes), how)


def report_cost(results, programs, counts, alone, how):
    rows = []
    for program in programs:
        row = [program.name]
        for count in counts:
            queues = results[program.name, count]
            row += [micro(median([queue.cpu for queue in queues])), micro(median([queue.wall for queue in queues]))]
        rows.append(row)
    header = ["per job, waiters:"]
    for count in counts:
        header += [f"{count:,} CPU us", "wall us"]
    notes = ["CPU: user and system of wrapper and job, from the wrapper's start on. Wall: from the release to",
             f"the last end, by N. Medians. The job alone: {micro(alone[0])} us CPU, {micro(alone[1])} us wall.", *how]
    return table("Waiting: N waiters asleep, then released", header, rows, notes)


def report_gaps(results, programs, counts, how):
    rows = []
    for program in programs:
        row, overlaps = [program.name], 0
        for count in counts:
            gaps = [gap for queue in results[program.name, count] for gap in queue.gaps]
            row += [micro(percentile(gaps, 50)), micro(percentile(gaps, 99))]
            overlaps += sum(gap < 0 for gap in gaps)
        rows.append([*row, overlaps])
    header = ["hand-over, waiters:"]
    for count in counts:
        header += [f"{count:,} p50 us", "p99 us"]
    notes = ["From the last thing that a job does to the first that the next one does.",
             "Overlaps: jobs that began before the one before had ended; must be 0.", *how]
    return table("Hand-over", [*header, "overlaps"], rows, notes)


def report_order(ground, programs, own, count, passes):
    rounds = {program.name: [] for program in programs}
    order = list(programs)
    for _ in range(passes):
        random.shuffle(order)
        for program in order:
            rounds[program.name].append(drain(ground, program, own, count, one_by_one=True).inversions())
    pairs = count * (count - 1) // 2
    rows = [[name, f"{statistics.mean(inverted):.0f}", max(inverted), f"{statistics.mean(inverted) / pairs:.2%}"]
            for name, inverted in rounds.items()]
    notes = [f"{count} waiters, each started when the one before slept: {pairs:,} pairs. {passes} passes. Random: 50%."]
    return table("Order: pairs served the wrong way round", ["order", "mean", "worst", "of all pairs"], rows, notes)

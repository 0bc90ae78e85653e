"""Several jobs at once: whether there are ever too many or too few, and how soon a slot that is free is used again."""

import os
import random
import time

from idle import numbers
from running import PATIENCE, children, patience, wait_until
from table import median, micro, percentile, table

# Contenders, slots, how long each job lasts, in milliseconds, and by which part of it more or less.
CROWDS = [(64, 3, 90, 0), (64, 16, 90, 0), (128, 64, 200, 0), (192, 64, 200, 0.5)]

# How many slots a waiter looks at that is measured while it waits.
WATCHED = [3, 64]


class Crowd:
    """What came of so many contenders that were started together, for so many slots."""

    def __init__(self, slots, jobs):
        starts = sorted(start for _, start, _ in jobs)
        ends = sorted(end for _, _, end in jobs)
        # The k-th job beyond the first ones begins when the k-th job has ended.
        self.gaps = [start - end for start, end in zip(starts[slots:], ends)]
        self.most = max(running(jobs, moment) for moment in starts)
        self.wall = ends[-1] - starts[0]
        # Of the time in which there was work for all slots, what part was not used.
        begin, end = starts[slots - 1], starts[-1]
        used = sum(min(stop, end) - max(start, begin) for _, start, stop in jobs if stop > begin and start < end)
        self.idle = 1 - used / (slots * (end - begin))


def running(jobs, moment):
    return sum(start <= moment < end for _, start, end in jobs)


def contend(ground, program, own, count, slots, naps):
    lock, log = ground.path("lock"), ground.path("log")
    open(log, "w").close()
    for number in range(count):
        job = [own["job"], log, str(number), str(naps[number])]
        ground.start(program.line(lock, job, ("-j", str(slots), *program.wait)))
    with patience(PATIENCE, f"{count} contenders for {slots} slots"):
        for _ in range(count):
            ground.end_any()
    with open(log) as lines:
        jobs = [tuple(map(int, line.split())) for line in lines]
    os.unlink(log)
    left = [name for name in os.listdir(ground.folder) if name.startswith(os.path.basename(lock))]
    return Crowd(slots, jobs), len(left)


def report(ground, programs, own, passes):
    rows = []
    for program in programs:
        for count, slots, nap, spread in CROWDS:
            chance = random.Random(count)
            naps = [round(nap * (1 + spread * chance.uniform(-1, 1))) for _ in range(count)]
            results = [contend(ground, program, own, count, slots, naps) for _ in range(passes)]
            crowds = [crowd for crowd, _ in results]
            gaps = [gap for crowd in crowds for gap in crowd.gaps]
            ideal = sum(naps) / slots if spread else -(-count // slots) * nap
            alike = f"{nap} ms +- {spread:.0%}" if spread else f"{nap} ms"
            rows.append([f"{program.name}, {count} over {slots}, {alike}", max(crowd.most for crowd in crowds),
                         f"{median([crowd.idle for crowd in crowds]):.2%}", micro(percentile(gaps, 50)),
                         micro(percentile(gaps, 99)), f"{median([crowd.wall for crowd in crowds]) / 1e6:,.0f}",
                         f"{ideal:,.0f}", sum(left for _, left in results)])
    header = ["slots", "most at once", "idle", "hand-over p50 us", "p99 us", "wall ms", "ideal", "files left"]
    notes = ["Idle: of the slots' time while there was work for all of them. Hand-over: from the end of a job to the start",
             "of the next one; jobs of one length end all at once. Ideal: without any hand-over, nor a last one that is",
             f"alone. {passes} passes."]
    return table("Slots: contenders that start together", header, rows, notes)


def report_idle(ground, programs, own, seconds):
    """What the first in line uses while it waits, with the processes that it has made."""
    rows = []
    for program in programs:
        for slots in WATCHED:
            lock = ground.path("lock")
            strings, holders = [], []
            for number in range(slots):
                stdin, string = os.pipe()
                line = program.line(lock, [own["job"], "/dev/null", str(number), "hold"], ("-j", str(slots)))
                holders.append(ground.start(line, stdin))
                os.close(stdin)
                strings.append(string)
                path = lock if number == 0 else f"{lock}.{number + 1}"
                wait_until(lambda: os.path.exists(path) and os.path.getsize(path), f"slot {number + 1} to be held")
            waiter = ground.start(program.line(lock, [own["job"]], ("-j", str(slots), *program.wait)))
            wait_until(lambda: len(children(waiter)) == slots, f"{slots} sleepers")
            time.sleep(seconds)
            used = [numbers(pid)[0] for pid in [waiter, *children(waiter)]]
            for string in strings:
                os.close(string)
            for pid in [*holders, waiter]:
                ground.end(pid)
            rows.append([f"{program.name}, {slots} slots", micro(sum(used)), micro(used[0])])
    notes = [f"From its start on, until it has waited {seconds} s."]
    return table("Slots: the first in line", ["slots", "CPU us", "of these its own"], rows, notes)

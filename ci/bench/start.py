"""From start to end: an uncontended lock around /bin/true."""

import random
import time

from programs import FLOCK, SCRIPT
from table import median, micro, percentile, ratio, table

JOB = ["/bin/true"]
BARE = "/bin/true alone"
# The script takes 15 times as long as the others, so it runs in one of so many rounds only.
SELDOM = 8


def measure(ground, programs, rounds):
    lines = {BARE: JOB}
    for program in programs:
        lines[program.name] = program.line(ground.path("lock"), JOB, program.once)
    taken = {name: [] for name in lines}
    faults = {name: [] for name in lines}
    names = list(lines)
    for number in range(-3, rounds):
        random.shuffle(names)
        for name in names:
            if name == SCRIPT and number > 0 and number % SELDOM:
                continue
            begin = time.perf_counter_ns()
            usage = ground.end(ground.start(lines[name]))
            end = time.perf_counter_ns()
            # The first rounds fill the caches.
            if number >= 0:
                taken[name].append(end - begin)
                faults[name].append(usage.ru_minflt)
    return taken, faults


def report(ground, programs, rounds):
    taken, faults = measure(ground, programs, rounds)
    middle = {name: median(values) for name, values in taken.items()}
    base = middle.get(FLOCK, 0)
    rows = []
    for name in sorted(middle, key=middle.get):
        beyond = middle[name] - middle[BARE]
        rows.append([
            name, micro(middle[name]), micro(percentile(taken[name], 99)), ratio(middle[name], base),
            micro(beyond), ratio(beyond, base - middle[BARE]), f"{median(faults[name]):.0f}",
        ])
    header = ["start to end", "median us", "p99 us", "/ flock(1)", "overhead us", "/ flock(1)'s", "page faults"]
    seldom = f" ({SCRIPT}: every {SELDOM}th)" if SCRIPT in middle else ""
    notes = [f"{rounds:,} shuffled rounds{seldom}. Overhead: beyond {BARE}.",
             "Page faults: minor ones, the job's included."]
    return table("Start-up: X LOCK /bin/true, nobody else there", header, rows, notes)

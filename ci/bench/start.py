"""From start to end: an uncontended lock around /bin/true."""

import random
import time

import steady
from programs import FLOCK, SCRIPT, WITHLOCK
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


def thirds(taken, whose):
    """What a run of this program costs beyond its job, against flock(1), in each third of the rounds."""
    def beyond(name, part):
        values, bare = taken[name], taken[BARE]
        size, size_of_bare = len(values) // 3, len(bare) // 3
        return (median(values[part * size:(part + 1) * size])
                - median(bare[part * size_of_bare:(part + 1) * size_of_bare]))
    base = FLOCK if FLOCK in taken else whose
    return [beyond(whose, part) / max(beyond(base, part), 1) for part in range(3)]


def report(ground, programs, rounds, whose=WITHLOCK, title="Start-up"):
    watch = steady.Watch()
    (taken, faults), how_even = steady.evenly(lambda: measure(ground, programs, rounds),
                                              lambda result: thirds(result[0], whose))
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
             "Page faults: minor ones, the job's included.", how_even, str(watch)]
    return table(f"{title}: X LOCK /bin/true, nobody else there", header, rows, notes)

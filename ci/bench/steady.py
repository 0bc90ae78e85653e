"""How idle the machine is while something is measured, and measuring once more what came out too uneven."""

import os

# By how much the figure may differ between the parts of one measurement.
EVEN = 0.1
# At most so often is something measured.
TRIES = 3


def ticks():
    """Of all processors since the start of the system: the time that they were given, and what other machines took of it."""
    with open("/proc/stat") as lines:
        spent = [int(word) for word in lines.readline().split()[1:9]]
    return sum(spent), spent[7]


def load():
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


class Watch:
    """From its making on."""

    def __init__(self):
        self.begin = ticks()

    def __str__(self):
        (all_before, stolen_before), (all_now, stolen_now) = self.begin, ticks()
        stolen = (stolen_now - stolen_before) / max(all_now - all_before, 1)
        return f"Meanwhile: {stolen:.1%} of the processors' time taken by other machines; load {load()} at the end."


def spread(values):
    """By how much they differ, as a part of the one in the middle."""
    middle = sorted(values)[len(values) // 2]
    return (max(values) - min(values)) / abs(middle) if middle else 0.0


def evenly(measure, figures):
    """Measures until the figures of its parts are alike, or takes what was most even; and says so in a line."""
    tried = []
    while len(tried) < TRIES:
        result = measure()
        tried.append((spread(figures(result)), result))
        if tried[-1][0] <= EVEN:
            break
    uneven, result = min(tried, key=lambda entry: entry[0])
    times = f"measured {len(tried)} times" if len(tried) > 1 else "measured once"
    return result, f"Thirds of it differ by {uneven:.0%} ({times}, until it is {EVEN:.0%})."

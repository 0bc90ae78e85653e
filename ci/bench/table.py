"""Figures and tables: medians, percentiles, Markdown that is also fit to be read as it is."""

import statistics


def median(values):
    return statistics.median(values)


def percentile(values, percent):
    """The nearest rank: a value that was really measured."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(int(rank), 1) - 1]


def micro(nanoseconds):
    return f"{nanoseconds / 1000:,.0f}"


def ratio(value, base):
    return f"{value / base:.2f}" if base > 0 else "-"


def table(title, header, rows, notes=()):
    """A heading, the table, and what has to be said about it. The first column is text, all others are figures."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    lines = [f"### {title}", ""]
    for number, row in enumerate(cells):
        first, rest = row[0].ljust(widths[0]), zip(row[1:], widths[1:])
        lines.append("| " + " | ".join([first, *(cell.rjust(width) for cell, width in rest)]) + " |")
        if number == 0:
            rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
            lines.append("| " + " | ".join(rules) + " |")
    return "\n".join([*lines, *([""] if notes else []), *notes, ""])

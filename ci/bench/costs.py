"""What one run takes of the machine: memory, system calls, instructions."""

import os
import re
import shutil
import subprocess

from programs import ENVIRONMENT
from running import Failure, Holder
from table import median, table

KIB = re.compile(r"^(Rss|Private_Dirty): +(\d+) kB", re.M)


def report_memory(ground, programs, own):
    """The peak is that of the wrapper or the job, whichever is bigger, so the job is the bench's tiny one."""
    rows = [["(the job alone)", peak(ground, own, [own["job"]]), "-", "-"]]
    for program in programs:
        most = peak(ground, own, program.line(ground.path("lock"), [own["job"]], program.once))
        holder = Holder(ground, program, own, ground.path("lock"))
        during = memory_of(holder.pid, own["job"])
        holder.let_go()
        ground.end(holder.pid)
        rows.append([program.name, most, *during])
    notes = ["Peak: ru_maxrss with the bench's tiny job; Linux counts it in batches, some 100 KiB too low at times.",
             "During the job: of the wrapper only, exact (smaps_rollup); \"is the job\": it has become the job."]
    return table("Memory in KiB", ["memory", "peak", "during the job", "of it private, dirty"], rows, notes)


def peak(ground, own, line):
    values = []
    for _ in range(9):
        reader, writer = os.pipe()
        pid = ground.start([own["launch"], *line], extra=writer)
        os.close(writer)
        with open(reader) as told:
            values.append(int(told.read()))
        ground.end(pid)
    return f"{median(values):.0f}"


def memory_of(pid, job):
    if os.path.samefile(f"/proc/{pid}/exe", job):
        return ["is the job", "-"]
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        sizes = dict(KIB.findall(rollup.read()))
    return [sizes["Rss"], sizes["Private_Dirty"]]


def report_calls(ground, programs, own):
    if not shutil.which("strace"):
        return "System calls: strace is not installed.\n"
    rows = []
    for program in programs:
        lock, log = ground.path("lock"), ground.path("trace")
        line = ["strace", "-f", "-qq", "-e", "signal=none", "-o", log, *program.line(lock, [own["job"]], program.once)]
        subprocess.run(line, env=ENVIRONMENT, check=True)
        rows.append([program.name, *count_calls(log, own["job"])])
    notes = ["From the program's first instruction on, the dynamic linker's included, the job's own left out."]
    return table("System calls of one run", ["system calls", "until the job starts", "after", "together"], rows, notes)


def count_calls(log, job):
    """Calls before the job's start and after it, of all processes but the job."""
    jobs, before, after, first = set(), 0, 0, True
    with open(log) as trace:
        for line in trace:
            pid, _, call = line.partition(" ")
            call = call.lstrip()
            # The first one is strace's start of the program; a resumed one was counted when it began.
            if first or pid in jobs or not re.match(r"[a-z_0-9]+\(", call):
                first = False
                continue
            if jobs:
                after += 1
            else:
                before += 1
            if call.startswith(f'execve("{job}"'):
                jobs.add(pid)
    if not jobs:
        raise Failure(f"strace has seen no start of {job}")
    return before, after, before + after


def report_instructions(ground, programs, own):
    if not shutil.which("valgrind"):
        return "Instructions: valgrind is not installed.\n"
    rows = []
    for program in programs:
        out = ground.path("callgrind")
        line = program.line(ground.path("lock"), [own["job"]], program.once)
        tool = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}"]
        subprocess.run([*tool, *line], env=ENVIRONMENT, check=True, stderr=subprocess.DEVNULL)
        with open(out) as told:
            count = int(re.search(r"^summary: (\d+)", told.read(), re.M)[1])
        rows.append([program.name, f"{count:,}"])
    notes = ["In user space, of the wrapper's process, from its first to its last, by callgrind."]
    return table("Instructions of one run", ["instructions", "count"], rows, notes)

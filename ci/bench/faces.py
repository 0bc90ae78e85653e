"""Called by the name of another tool: beside that tool, from start to end and in a queue."""

import os

import queueing
import start
from programs import FLOCK, Program

FACE = "withlock as flock"

# The name that it is called by, what that is called here, and options for: one try, waiting; whether it is in queues.
FACES = [
    ("flock", FACE, (), (), (), True),
    ("flock", f"{FACE} -F", ("-F",), (), (), True),
    ("with-lock-ex", "withlock as with-lock-ex", (), ("-w",), ("-w",), True),
]
# Of the others, those that belong beside these; flock(1) also as it becomes the job.
PEERS = [FLOCK, "with-lock-ex", "setlock"]

# How often a queue of so many waiters is measured.
PASSES = {1: 100, 10: 60, 100: 20}


def gather(ground, static, everyone):
    """The program by its other names, and the tools whose names these are."""
    folder = ground.path("faces")
    os.mkdir(folder)
    programs = []
    for name, title, options, *waiting in FACES:
        link = os.path.join(folder, name)
        if not os.path.lexists(link):
            os.symlink(static, link)
        once, wait, queues = waiting
        programs.append(Program(title, (link, *options), once, wait, None, queues, ours=True))
    peers = [program for program in everyone if program.name in PEERS]
    flock = [Program(f"{FLOCK} -F", (*program.command, "-F"), (), (), None, True)
             for program in peers if program.name == FLOCK]
    return [*programs, *peers, *flock]


def report(ground, static, everyone, own, quick):
    programs = gather(ground, static, everyone)
    yield start.report(ground, programs, 100 if quick else 3000, FACE, "Start-up by another name")
    if own:
        passes = {count: -(-times // 10) if quick else times for count, times in PASSES.items()}
        yield from queueing.report(ground, programs, own, passes, ["handover"], FACE)

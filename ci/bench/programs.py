"""What is measured: withlock, the other lock wrappers that are installed, and the bench's own programs in C."""

import os
import shutil
import subprocess
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

# As cron has it: no locale.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), "SHELL": "/bin/sh",
               "LOGNAME": os.environ.get("LOGNAME", "root")}

WITHLOCK = "withlock"
FLOCK = "flock(1)"
FLOOR = "floor in C"
SCRIPT = "withlock 0.5"


@dataclass(frozen=True)
class Program:
    """A lock wrapper, and the options that stand between its name and the lock file."""
    name: str
    command: tuple
    once: tuple = ()
    wait: tuple = None  # without limit; None: can't, or only by asking again and again
    half_second: tuple = None
    queues: bool = False  # whether it is in the tables about queues
    ours: bool = False  # whether its instructions are counted

    def line(self, lock, job, options=()):
        return [*self.command, *options, lock, *job]


# Name, command, and the options for: one try, waiting without limit, waiting for 0.5 s; whether it is put in queues.
PEERS = [
    (FLOCK, ("flock",), (), (), ("-w", "0.5"), True),
    ("with-lock-ex", ("with-lock-ex",), ("-w",), ("-w",), None, True),
    ("setlock", ("setlock",), (), (), None, True),
    ("s6-setlock", ("s6-setlock",), (), (), ("-t", "500"), False),
    ("lckdo", ("lckdo",), (), ("-w",), None, False),
    ("busybox flock", ("busybox", "flock"), (), (), None, False),
]


def withlock_builds(build):
    """The program as `ci/release` makes it and the one of cargo's release profile, up to date if `build`."""
    target = f"{os.uname().machine}-unknown-linux-musl"
    if build:
        subprocess.run([os.path.join(TOP, "ci", "release"), target], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cargo", "build", "--quiet", "--locked", "--release", "--bin", "withlock"], cwd=TOP, check=True)
    folder = os.path.join(TOP, os.environ.get("CARGO_TARGET_DIR", "target"))
    return os.path.join(folder, f"release-{target}", "withlock"), os.path.join(folder, "release", "withlock")


def withlock(name, path, queues=True, options=()):
    return Program(name, (os.path.abspath(path), *options), (), ("-w", "inf"), ("-w", "0.5"), queues, ours=True)


def script(path):
    return Program(SCRIPT, (os.path.abspath(path),))


def floor(path, compiler):
    name = FLOOR if compiler == "musl-gcc" else f"{FLOOR}, {compiler}"
    return Program(name, (path,), (), (), None, True, ours=True)


def find_peers():
    """The installed ones, with full paths, and why each of the others is missing."""
    found, missing = [], []
    for name, command, *options in PEERS:
        path = shutil.which(command[0], path=ENVIRONMENT["PATH"])
        if path is None:
            missing.append(f"{name} (not installed)")
        elif len(command) > 1 and command[1] not in applets(path):
            missing.append(f"{name} (this {command[0]} has no {command[1]})")
        else:
            found.append(Program(name, (path, *command[1:]), *options))
    return found, missing


def applets(busybox):
    return subprocess.run([busybox, "--list"], capture_output=True, text=True).stdout.split()


def compile_own(folder):
    """The C programs of this folder, static, and what compiled them; none without a C compiler."""
    compiler = next(filter(shutil.which, ("musl-gcc", "gcc")), None)
    own = {}
    for name in ("floor", "job", "launch") if compiler else ():
        source, own[name] = os.path.join(HERE, f"{name}.c"), os.path.join(folder, name)
        flags = ["-std=gnu99", "-Os", "-static", "-no-pie", "-s", "-Wall"]
        subprocess.run([compiler, *flags, "-o", own[name], source], check=True)
    return own, compiler

"""python -m withlock: becomes the program, so that signals and the exit status are its own."""

import os
import sys

from withlock import find_withlock_bin

if __name__ == "__main__":
    program = find_withlock_bin()
    os.execv(program, [program, *sys.argv[1:]])

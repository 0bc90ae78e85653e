"""Holds a lock while a command runs. The work is done by a program, which this package only finds and starts."""

import os
import sys
import sysconfig

__all__ = ["find_withlock_bin"]


def find_withlock_bin() -> str:
    """Returns the path of the program that was installed with this package; FileNotFoundError if it is not there."""
    user = "posix_user" if sys.version_info < (3, 10) else sysconfig.get_preferred_scheme("user")
    # `pip install --target DIR` puts the package into DIR, and the program into DIR/bin.
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin")
    places = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", scheme=user), beside]
    for place in places:
        program = os.path.join(place, "withlock")
        if os.path.isfile(program):
            return program
    raise FileNotFoundError("withlock was not installed with its Python package, in none of: " + ", ".join(places))

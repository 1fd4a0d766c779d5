"""python -m books4all.stack run | env | psql | venv."""

# Kept to syntax that old Pythons can read, so that they get the message and not a SyntaxError.
import os
import shutil
import sys

OLDEST = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.11")


def leave_old_python() -> None:
    """Go on with a newer Python of this machine, or say that there is none."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, "-m", "books4all.stack", *sys.argv[1:]])  # noqa: S606 - no shell wanted
    sys.exit(
        f"Books4All needs Python 3.11 or newer; this is {sys.version_info[0]}.{sys.version_info[1]}. "
        "Say which one to use with: make PYTHON=/path/to/python3"
    )


if __name__ == "__main__":
    leave_old_python()
    from books4all.stack.cli import main

    sys.exit(main(sys.argv[1:]))

"""Shops' stock files: uploaded, matched, checked, corrected and put on the shelves.

``lifecycle`` is what a shop asks for, ``running`` the work. A batch of rows is read (``reading``), its
books found (``books``) and its listings looked up (``shelves``), each row is decided (``deciding``) by
what it says (``facts``), and written with its report and the position reached (``batches``).
``withdrawing`` ends a file that replaces everything; ``correcting`` mends single rows; ``error_file`` gives
the file back with what is wrong.
"""

from catalog.services.inventory.lifecycle import (
    Looked,
    cancel,
    change_mode,
    look_at,
    match_columns,
    pause,
    publish,
    resume,
    tend,
    upload,
)
from catalog.services.inventory.running import busy, run

__all__ = [
    "Looked",
    "busy",
    "cancel",
    "change_mode",
    "look_at",
    "match_columns",
    "pause",
    "publish",
    "resume",
    "run",
    "tend",
    "upload",
]

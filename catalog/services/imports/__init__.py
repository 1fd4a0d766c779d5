"""Imports of bibliographic files: started, run, paused, gone on with, cancelled and undone.

``lifecycle`` is what staff ask for, ``running`` and ``undoing`` the work. A batch of records is read
(``reading``), put on a ``shelf`` with what the catalogue knows of it, matched (``finding``), worked
out (``applying``) and written with its journal and the position reached (``batches``, ``rows``).
"""

from catalog.services.imports.lifecycle import (
    cancel,
    may_become,
    pause,
    resume,
    run_for_real,
    start,
    tend,
    undo,
)
from catalog.services.imports.running import run
from catalog.services.imports.undoing import run_undo
from catalog.services.imports.vouching import vouch

__all__ = [
    "cancel",
    "may_become",
    "pause",
    "resume",
    "run",
    "run_for_real",
    "run_undo",
    "start",
    "tend",
    "undo",
    "vouch",
]

"""Lines that show what is happening and how long it has taken."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

# How often a step that goes on is told again where lines can't be rewritten (a log, CI).
REPEAT_SECONDS = 15.0


class Console:
    """Progress on a terminal or in a log: one line a step, with the seconds since the start."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.started = time.monotonic()
        self._text = ""
        self._step_started = self._told = 0.0

    def say(self, text: str = "") -> None:
        """Write one line."""
        self._clear()
        print(text, file=self.stream, flush=True)

    @contextmanager
    def step(self, doing: str, done: str | None = None) -> Iterator[None]:
        """Show `doing` while the block runs, then `done` with the time it took.

        Without `done` the block shows a progress of its own and needs no closing line.
        """
        self._text, self._step_started = doing, time.monotonic()
        self._told = self._step_started
        if self.live:
            self.tick()
        else:
            self._line(doing + " ...")
        try:
            yield
        finally:
            self._clear()
            self._text = ""
        if done:
            self._line(f"{done} ({time.monotonic() - self._step_started:.1f} s)")

    def tick(self) -> None:
        """Called by whoever waits: keeps the seconds of the current step moving."""
        if not self._text:
            return
        now = time.monotonic()
        taken = f"{self._text} ... {now - self._step_started:.0f} s"
        if self.live:
            self.stream.write(f"\r\x1b[2K{self._stamp()}{taken}")
            self.stream.flush()
        elif now - self._told >= REPEAT_SECONDS:
            self._told = now
            self._line(taken)

    def _line(self, text: str) -> None:
        print(self._stamp() + text, file=self.stream, flush=True)

    def _stamp(self) -> str:
        return f"{time.monotonic() - self.started:6.1f} s  "

    def _clear(self) -> None:
        if self.live:
            self.stream.write("\r\x1b[2K")

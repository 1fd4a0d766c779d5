"""Reading ahead: the next batch is read from the file while the database works on this one."""

from collections.abc import Iterator
from itertools import islice
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

# Batches that wait to be taken: memory does not grow with the file.
WAITING = 1
_LOOK = 0.2


class Ahead(Iterator[list[T]]):
    """Batches of an iterator, read in a thread of their own. ``close`` it when done.

    An error of the iterator is raised where it stood: after the records before it were handed on.
    """

    def __init__(self, items: Iterator[T], size: int) -> None:
        """Begin to read ``items``, ``size`` at a time."""
        self._items, self._size = items, size
        self._queue: Queue[list[T] | Exception | None] = Queue(WAITING)
        self._stop = Event()
        self._thread = Thread(target=self._read, name="import-reader", daemon=True)
        self._thread.start()

    def __next__(self) -> list[T]:
        """Return the next batch."""
        found = self._queue.get()
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise StopIteration
        return found

    def close(self) -> None:
        """Stop reading, and wait for the thread."""
        self._stop.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=_LOOK)
            except Empty:
                self._thread.join(_LOOK)

    def _read(self) -> None:
        end: Exception | None = None
        batch: list[T] = []
        try:
            while not self._stop.is_set():
                batch = []
                # Extended and not made: what came before an error is kept.
                batch.extend(islice(self._items, self._size))
                if not batch:
                    break
                self._put(batch)
                batch = []
        except Exception as error:
            end = error
            if batch:
                self._put(batch)
        self._put(end)

    def _put(self, what: list[T] | Exception | None) -> None:
        while not self._stop.is_set():
            try:
                self._queue.put(what, timeout=_LOOK)
            except Full:
                continue
            return

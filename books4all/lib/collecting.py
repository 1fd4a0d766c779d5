"""Python's collector of cycles, for work that makes millions of objects and hardly a cycle.

It looks at the youngest objects after every 700 new ones, and at all of them again and again while they
grow: reading a shop's file took twice the time with it. Reference counts free what a batch leaves.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_USUAL = gc.get_threshold()
# New objects after which the youngest are looked at: a few batches of rows.
_SELDOM = 50_000


@contextmanager
def seldom() -> Iterator[None]:
    """Have cycles collected seldom while the block runs.

    For the whole process. Of two blocks beside each other the first that ends makes it usual again, which costs
    the other some speed and nothing else.
    """
    gc.set_threshold(_SELDOM, *_USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*_USUAL)

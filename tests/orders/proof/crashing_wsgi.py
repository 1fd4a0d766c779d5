"""The site, with a trap door: the process kills itself at the step that PROOF_KILL_AT names.

With PROOF_UNGUARDED it sells without the lock on listings.

Only for tests: nothing in the product knows of it. Each server dies once, at its first buyer.
"""

import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from books4all.wsgi import application
from catalog.models import Listing
from catalog.services import stock
from orders.payments.sandbox.client import SandboxProvider
from orders.services import checkout, payments, placing

__all__ = ["application"]

STEPS = (
    "before the order is committed",
    "after the order is committed",
    "before the provider is called",
    "after the provider has answered",
    "after the page is known",
    "before the placing is committed",
    "after the placing is committed",
)
_AT = os.environ.get("PROOF_KILL_AT", "")
_SPENT = Path(os.environ.get("PROOF_SPENT", "/dev/null"))


def die(step: str) -> None:
    """Die as by SIGKILL, the first time this step is reached."""
    if step and step == _AT and not _SPENT.exists():
        _SPENT.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def trapped(module: Any, name: str, *, before: str = "", after: str = "") -> None:
    """Put a trap door before or after a function."""
    real: Callable[..., Any] = getattr(module, name)

    def run(*args: Any, **kwargs: Any) -> Any:
        die(before)
        result = real(*args, **kwargs)
        die(after)
        return result

    setattr(module, name, run)


def unguarded(pks: Iterable[int]) -> dict[int, Listing]:
    """Load listings as one might who never thought of two buyers."""
    rows = Listing.objects.filter(pk__in=set(pks)).select_related(
        "edition__work", "edition__publisher", "seller"
    )
    return {listing.pk: listing for listing in rows}


if os.environ.get("PROOF_UNGUARDED"):
    stock.lock_listings = unguarded

trapped(checkout, "_write_order", after=STEPS[0])
trapped(checkout, "prepare", after=STEPS[1])
trapped(SandboxProvider, "create", before=STEPS[2], after=STEPS[3])
trapped(payments, "remember", after=STEPS[4])
trapped(placing, "_mark_placed", after=STEPS[5])
trapped(payments, "settle", after=STEPS[6])

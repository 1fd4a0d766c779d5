"""The sweeper: finishes what a crash, a lost answer or a lost message left half done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from orders.errors import ProviderError
from orders.selectors.orders import overdue_orders, pending_refunds, unfinished_payments
from orders.services import payments, refund_settling

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Swept:
    """How many rows were looked at, and how many of them failed and will be tried again."""

    expired: int
    asked: int
    refunds: int
    failed: int


def sweep(*, grace: int = 20) -> Swept:
    """Go once over everything that is not final, each row by itself, in bounded portions.

    ``grace`` is how many seconds old a payment must be, so that what is just happening is left to
    those who do it. Must not be called in a transaction.
    """
    asked, bad1 = each(
        unfinished_payments(older_than=grace), lambda pk: payments.settle(payment_id=pk)
    )
    expired, bad2 = each(overdue_orders(), lambda pk: payments.expire(order_id=pk))
    settled, bad3 = each(
        pending_refunds(older_than=grace), lambda pk: refund_settling.settle(refund_id=pk)
    )
    swept = Swept(expired, asked, settled, bad1 + bad2 + bad3)
    log.info("swept", expired=expired, asked=asked, refunds=settled, failed=swept.failed)
    return swept


def each(pks: Iterable[UUID], work: Callable[[UUID], Any]) -> tuple[int, int]:
    """Do ``work`` with each row by itself; return how many were done, and how many failed."""
    done = failed = 0
    for pk in pks:
        try:
            work(pk)
        except ProviderError as error:
            failed += 1
            log.warning("provider_silent", pk=str(pk), error=str(error))
        except Exception:  # one bad row must not keep the others from being mended
            failed += 1
            log.exception("sweep_failed", pk=str(pk))
        else:
            done += 1
    return done, failed

"""What every story of orders is told with: a database that forgets it, time, and a world that breaks.

A story runs in one transaction that is undone at its end; what the services commit are savepoints of it.
The provider's hooks lose its answers, a wrapper around the database's cursor is a power cut.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import override_settings
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from books4all.lib.errors import DomainError
from orders.errors import ProviderError
from orders.models import (
    Case,
    ExtraPostage,
    Order,
    Payout,
    PayoutBatch,
    SandboxDispute,
    SandboxPayment,
    SandboxRefund,
    SellerOrder,
)
from orders.payments import provider_named
from orders.payments.sandbox.bank import BankError
from orders.payments.sandbox.signatures import signed_headers
from orders.services import payment_news
from orders.services.ledger import AlreadyPostedError
from tests.orders.life.street import Street

T = TypeVar("T")
MESSAGE = "orders.deliver_sandbox_webhook"
# What nobody waits for here.
LETTERS = ("orders.send_mail", "orders.send_case_mail", "orders.send_gift_card")
_OF_TRANSACTIONS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET CONSTRAINTS")
# Everything that has a time: moved back, when days pass.
_MOMENTS = {
    "orders_order": ("created_at", "placed_at"),
    "orders_hold": ("expires_at",),
    "orders_payment": ("updated_at",),
    "orders_refund": ("updated_at",),
    "orders_sellerorder": (
        "accepted_at", "shipped_at", "delivered_at", "completed_at", "act_by", "post_until",
        "remind_at",
    ),
    "orders_extrapostage": ("created_at", "expires_at", "answered_at"),
    "orders_shipment": ("shipped_at", "delivered_at"),
    "orders_case": ("created_at", "answer_by", "reminded_at", "answered_at", "posted_at"),
    "orders_reservehold": ("until",),
    "orders_giftcard": ("expires_at",),
}  # fmt: skip


def _jobs() -> QuerySet[ProcrastinateJob]:
    return ProcrastinateJob.objects.filter(status="todo").order_by("id")


def _parts(*states: str) -> Callable[[], QuerySet[SellerOrder, Any]]:
    parts = SellerOrder.objects.filter(status__in=states).order_by("pk")
    return lambda: parts.values_list("pk", flat=True)


_THERE: dict[str, Callable[[], Iterable[Any]]] = {
    "messages": lambda: _jobs().filter(task_name=MESSAGE),
    "jobs": lambda: _jobs().exclude(task_name__in=(MESSAGE, *LETTERS)),
    "pending": lambda: Order.objects.filter(status="pending").order_by("pk"),
    "unpaid": lambda: SandboxPayment.objects.exclude(
        status__in=("succeeded", "cancelled")
    ).order_by("key"),
    "paid": lambda: SandboxPayment.objects.filter(status="succeeded").order_by("key"),
    "placed": _parts("placed"),
    "waiting": _parts("placed", "accepted", "partly"),
    "shipped": _parts("shipped"),
    "delivered": _parts("delivered"),
    "posted": _parts("partly", "shipped", "delivered", "completed"),
    "extras": lambda: ExtraPostage.objects.filter(status="proposed").order_by("pk"),
    "cases": lambda: Case.objects.filter(closed_at=None).order_by("pk"),
    "refunds": lambda: SandboxRefund.objects.exclude(state="failed").order_by("created_at"),
    "disputes": lambda: SandboxDispute.objects.filter(
        status__in=("opened", "under_review")
    ).order_by("created_at"),
    "payouts": lambda: Payout.objects.order_by("pk"),
    "batches": lambda: PayoutBatch.objects.exclude(status="withdrawn").order_by("pk"),
}


class PowerCutError(BaseException):
    """The process is gone. No handler of errors sees it."""


class Story(RuleBasedStateMachine):
    """A street of shops, and everything that may befall it."""

    street: ClassVar[Street]
    provider: Any = provider_named("sandbox")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.open()
        self.silent = ""
        self.cut_after = 0
        self.day = timezone.now().date()
        self.broken = self.to_the_end = False
        self.seen: dict[str, Sequence[Any]] = {}

    def open(self) -> None:
        """Begin the transaction that the story is told in, and stand on the way to the provider."""
        story = transaction.atomic()
        # As the block that a test runs in: what must not be nested in another may be nested here.
        story._from_testcase = True  # type: ignore[attr-defined]
        self.stack.enter_context(story)
        self.depth = len(connection.atomic_blocks)
        self.provider.before, self.provider.after = self._call_begins, self._call_ends
        self.stack.callback(self._the_provider_answers)

    def settle_on(self, **terms: object) -> None:
        """Change settings for this story."""
        self.stack.enter_context(override_settings(**terms))

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.stack.close()

    def _the_provider_answers(self) -> None:
        fresh = type(self.provider)()
        self.provider.before, self.provider.after = fresh.before, fresh.after

    # ---- the network ----

    def _call_begins(self, name: str) -> None:
        assert len(connection.atomic_blocks) == self.depth, f"{name} was called in a transaction"
        self._call(name, "before")

    def _call_ends(self, name: str) -> None:
        self._call(name, "after")

    def _call(self, name: str, when: str) -> None:
        if self.silent == when:
            msg = f"no answer to {name}"
            raise ProviderError(msg)

    # ---- steps ----

    def do(self, work: Callable[[], T]) -> T | None:
        """Take a step as a request or a job does: it may be refused, unanswered, or cut off."""
        self.seen.clear()
        try:
            if not self.cut_after:
                return work()
            with connection.execute_wrapper(self._cut_off):
                return work()
        except AlreadyPostedError:
            raise
        except (DomainError, ProviderError, BankError, PowerCutError):
            return None
        finally:
            self.silent, self.cut_after = "", 0

    def _cut_off(self, execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if not sql.startswith(_OF_TRANSACTIONS) and self.cut_after:
            self.cut_after -= 1
            if not self.cut_after:
                raise PowerCutError
        return execute(sql, params, many, context)

    @property
    def is_rough(self) -> bool:
        """Whether the next step may end anywhere."""
        return bool(self.silent or self.cut_after)

    # ---- jobs and messages ----

    def jobs(self) -> list[ProcrastinateJob]:
        """Return what is to be done, but for letters and messages; those of later, too."""
        return list(_jobs().exclude(task_name__in=(MESSAGE, *LETTERS)))

    def work_off(self, job: ProcrastinateJob) -> None:
        """Run a job as a worker does; one that fails stays."""
        done = self.do(lambda: (app.tasks[job.task_name].func(**job.args), True)[1])
        if done:
            self.finish(job)

    def finish(self, job: ProcrastinateJob) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])

    def hear(self, job: ProcrastinateJob, *, off: int = 0) -> bool:
        """Take in a message of the provider, its amount wrong by ``off``; whether it was taken in."""
        said, name = json.loads(job.args["body"]), job.args["event_id"]
        if off:
            # No bank takes back more than was paid: the only wrong amount of a dispute that shows.
            part = next((said[key] for key in ("refund", "dispute") if key in said), said["data"])
            part["amount"] = 10**6 if "dispute" in said else max(0, part["amount"] + off)
            name += "_off"
        body = json.dumps(said).encode()
        headers = signed_headers("whsec_test", name, body)
        answer = self.do(
            lambda: (
                payment_news.receive_webhook(provider=self.provider, headers=headers, body=body),
                True,
            )[1]
        )
        return bool(answer)

    # ---- time ----

    def pass_days(self, days: int) -> None:
        """Move everything that has a time back."""
        self.seen.clear()
        self.day += timedelta(days=days)
        with connection.cursor() as cursor:
            for table, columns in _MOMENTS.items():
                back = "%s" if table == "orders_reservehold" else "make_interval(days => %s)"
                changes = ", ".join(f"{column} = {column} - {back}" for column in columns)
                cursor.execute(f"UPDATE {table} SET {changes}", [days] * len(columns))

    # ---- what there is ----

    def there(self, name: str) -> Sequence[Any]:
        """Return what could be dealt with next, read once a step."""
        if name not in self.seen:
            self.seen[name] = list(_THERE[name]())
        return self.seen[name]

    def pick(self, name: str, which: int) -> Any:
        """Return one of what there is."""
        rows = self.there(name)
        return rows[which % len(rows)]

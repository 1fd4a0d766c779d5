"""Steps that many tests of orders take: a basket, the way to the payment page, and the jobs after it."""

from collections.abc import Iterable
from typing import cast

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from accounts.models import User
from books4all.lib.money import Money
from catalog.models import Listing
from orders.models import Basket, Order, SandboxPayment
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import Behaviour
from orders.selectors.baskets import view_of
from orders.services import checkout, payments
from tests.factories.orders import BasketFactory, BasketLineFactory

ADDRESS = {
    "full_name": "Hester Lamb",
    "line1": "1 Mill Lane",
    "line2": "",
    "city": "Ludlow",
    "region": "",
    "postcode": "SY8 1AB",
    "country": "GB",
    "phone": "",
}
BUYER = checkout.Buyer(email="hester@example.org")


def basket_with(*listings: Listing, user: User | None = None, quantity: int = 1) -> Basket:
    """Return a basket with copies of ``listings``."""
    basket = BasketFactory(user=user)
    for listing in listings:
        BasketLineFactory(basket=basket, listing=listing, quantity=quantity)
    return basket


def total_of(basket: Basket, country: str = "GB") -> Money:
    """Return what the basket costs, as its page shows it."""
    return view_of(basket, country=country).quote.to_pay


def prepare(basket: Basket) -> Order:
    """Take the first step of checkout."""
    return checkout.prepare(
        basket_id=basket.pk, expected_total=total_of(basket), address=ADDRESS, buyer=BUYER
    )


def at_the_provider(basket: Basket) -> Order:
    """Take the first two steps: the buyer looks at the payment page."""
    order = prepare(basket)
    checkout.pay(order_id=order.pk)
    order.refresh_from_db()
    return order


def pay_at_the_bank(order: Order, behaviour: Behaviour = Behaviour.SUCCESS) -> SandboxPayment:
    """Do on the provider's page what a card makes happen."""
    order.payment.refresh_from_db()
    return bank.pay(reference=order.payment.reference, behaviour=behaviour)


def placed(*listings: Listing, user: User | None = None) -> Order:
    """Return an order that was paid, by the buyer who came back."""
    order = at_the_provider(basket_with(*listings, user=user))
    pay_at_the_bank(order)
    return payments.settle(payment_id=order.payment.pk).order


def let_time_pass(order: Order) -> None:
    """Let the holds of an order run out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_hold SET expires_at = now() - interval '1 second' WHERE order_id = %s",
            [order.pk],
        )


def _context() -> JobContext:
    """Return what a worker that is not about to stop gives to a job that asks for it."""
    return JobContext(
        app=app,
        job=cast("Job", None),
        abort_reason=lambda: None,
        start_timestamp=timezone.now().timestamp(),
    )


def run_jobs(*, only: Iterable[str] = (), late: bool = False) -> list[str]:
    """Run the jobs that are due, in their order, as a worker would; returns their names.

    ``late`` runs those that are due later, too. Jobs enqueued by jobs are run as well.
    """
    ran: list[str] = []
    while True:
        due = ProcrastinateJob.objects.filter(status="todo").order_by("id")
        if only:
            due = due.filter(task_name__in=list(only))
        if not late:
            due = due.exclude(scheduled_at__gt=timezone.now())
        job = due.first()
        if job is None:
            return ran
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job.pk])
            task = app.tasks[job.task_name]
            task.func(*([_context()] if task.pass_context else []), **job.args)
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.pk]
            )
        ran.append(job.task_name)


def jobs_waiting(task: str) -> int:
    """Return how many jobs of this name wait."""
    return ProcrastinateJob.objects.filter(status="todo", task_name=task).count()

"""Jobs that run use cases: the sweeper each minute, refunds, and the mending of stalled jobs."""

from datetime import UTC, datetime
from uuid import UUID

import structlog
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from accounts.services import tokens
from orders.payments.sandbox import bank
from orders.selectors.paperwork.months import Month
from orders.services import (
    case_clock,
    case_photos,
    checking,
    documents,
    gift_cards,
    idempotency,
    keeping,
    month_documents,
    paying_out,
    payments,
    payouts,
    postage,
    refund_settling,
    sandbox_day,
    standing,
    statements,
    together,
    webhook_sending,
)
from orders.services.reconciler import sweep

log = structlog.get_logger(__name__)

# A worker that has not been heard of for this long (seconds) is dead; its jobs go to another.
SILENCE = 30


@app.task(name="orders.settle_refund", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def settle_refund(*, refund_id: str) -> None:
    """Have the provider pay a refund."""
    refund_settling.settle(refund_id=UUID(refund_id))


@app.task(name="orders.capture_payment", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def capture_payment(*, payment_id: str) -> None:
    """Take the money that a buyer's bank has promised."""
    payments.capture(payment_id=UUID(payment_id))


@app.task(name="orders.end_sandbox_refund", retry=RetryStrategy(max_attempts=5, wait=5))
def end_sandbox_refund(*, key: str, state: str) -> None:
    """Let a refund of the sandbox arrive, or fail."""
    bank.end_refund(key=key, state=state)


@app.task(name="orders.open_sandbox_dispute")
def open_sandbox_dispute(*, reference: str) -> None:
    """Have the bank of a buyer at the sandbox take the money back, once."""
    bank.dispute_once(reference=reference)


@app.task(name="orders.settle_sandbox_payment", retry=RetryStrategy(max_attempts=5, wait=5))
def settle_sandbox_payment(*, reference: str) -> None:
    """Let the sandbox's slow bank answer."""
    bank.settle(reference=reference)


# Its own retries are rows that people see: the job's are for a database that was away.
@app.task(name="orders.send_webhook", retry=RetryStrategy(max_attempts=5, wait=10))
def send_webhook(*, delivery_id: str, attempt: int) -> None:
    """Send a message to a webhook."""
    webhook_sending.send(delivery_id=UUID(delivery_id), attempt=attempt)


@app.periodic(cron="* * * * *")
@app.task(name="orders.sweep", queueing_lock="orders.sweep", lock="orders.sweep")
def sweep_each_minute(timestamp: int) -> None:
    """Finish what was left half done."""
    sweep()


@app.task(name="orders.close_payment", retry=RetryStrategy(max_attempts=8, exponential_wait=4))
def close_payment(*, payment_id: str) -> None:
    """Close a payment of extra postage that is not asked for any more."""
    postage.close_payment(payment_id=UUID(payment_id))


@app.periodic(cron="*/5 * * * *")
@app.task(name="orders.keep", queueing_lock="orders.keep", lock="orders.keep")
def keep_every_five_minutes(timestamp: int) -> None:
    """Remind shops, cancel what they leave lying, and complete what is over."""
    keeping.keep()


@app.periodic(cron="* * * * *")
@app.task(name="orders.retry_stalled", queueing_lock="orders.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to the living; every job here can run twice without harm."""
    await give_back(context.app.job_manager)


async def give_back(manager: JobManager) -> None:
    """Have the jobs of dead workers done by others."""
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE):
        log.warning("job_stalled", job=job.id, task=job.task_name)
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # Its successor waits already, under the same queueing lock, and does the same work. Left
            # as being done, the dead one would keep it waiting for ever.
            await manager.finish_job(job, status=Status.FAILED, delete_job=True)


@app.periodic(cron="17 3 * * *")
@app.task(name="orders.tidy", queueing_lock="orders.tidy")
def tidy_each_night(timestamp: int) -> None:
    """Forget keys, tokens and logs that are of no use any more; write off gift cards that have expired."""
    idempotency.forget_old()
    gift_cards.expire_all()
    webhook_sending.forget_old()
    tokens.forget_expired()


@app.periodic(cron="11 4 * * *")
@app.task(name="orders.check_each_night", queueing_lock="orders.check_each_night")
def check_each_night(timestamp: int) -> None:
    """Have everything about money and orders worked out anew, and held against what is written."""
    checking.start()


@app.task(name="orders.check_books", lock="orders.check_books")
def check_books(*, run_id: int) -> None:
    """Run all checks of the books."""
    checking.carry_out(run_id=run_id)


@app.periodic(cron="41 3 * * *")
@app.task(
    name="orders.tell_together", queueing_lock="orders.tell_together", lock="orders.tell_together"
)
def tell_together_each_night(timestamp: int) -> None:
    """Have the pages of books say what is bought together with them."""
    together.tell_catalogue()


@app.periodic(cron="23 2 * * *")
@app.task(name="orders.standing", queueing_lock="orders.standing", lock="orders.standing")
def standing_each_night(timestamp: int) -> None:
    """Work out how well shops keep their word, as it was when the day began (UTC)."""
    day = datetime.fromtimestamp(timestamp, UTC)
    standing.compute(as_of=day.replace(hour=0, minute=0, second=0, microsecond=0))


# Somebody has to look at a document that can't be issued: its number waits for nobody, its law does.
_DOCUMENTS = RetryStrategy(max_attempts=10, exponential_wait=4)


@app.task(name="orders.issue_sale_document", retry=_DOCUMENTS)
def issue_sale_document(*, shipment_id: str) -> None:
    """Issue the invoice or receipt of a parcel."""
    documents.issue_sale(shipment_id=UUID(shipment_id))


@app.task(name="orders.issue_credit_note", retry=_DOCUMENTS)
def issue_credit_note(*, refund_id: str) -> None:
    """Issue the credit note of a refund."""
    documents.issue_credit_after_sales(refund_id=UUID(refund_id))


@app.task(name="orders.issue_month_of_shop", retry=_DOCUMENTS)
def issue_month_of_shop(*, seller_id: int, month: str, currency: str) -> None:
    """Issue a shop's documents of a month."""
    month_documents.issue_month(seller_id=seller_id, month=Month.parse(month), currency=currency)


@app.periodic(cron="47 2 * * *")
@app.task(name="orders.missing_documents", queueing_lock="orders.missing_documents")
def missing_documents_each_night(timestamp: int) -> None:
    """Ask for documents that were asked for and never issued."""
    documents.ask_for_missing()


@app.periodic(cron="17 4 1 * *")
@app.task(name="orders.month_documents", queueing_lock="orders.month_documents")
def month_documents_on_the_first(timestamp: int) -> None:
    """Ask for every shop's documents of the month that has ended."""
    day = datetime.fromtimestamp(timestamp, UTC).date()
    month_documents.ask_for_month(month=Month.of(day).previous)


@app.task(name="orders.make_case_photo", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def make_case_photo(*, photo_id: str) -> None:
    """Make a photograph of a case anew."""
    case_photos.make(photo_id=UUID(photo_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="orders.cases", queueing_lock="orders.cases", lock="orders.cases")
def move_cases_on(timestamp: int) -> None:
    """Remind who is late in a case, and go on without who stays silent."""
    case_clock.advance_all()


@app.task(name="orders.send_payout", retry=RetryStrategy(max_attempts=10, exponential_wait=4))
def send_payout(*, payout_id: str) -> None:
    """Have the provider of its account pay a payout."""
    paying_out.send(payout_id=UUID(payout_id))


# Each hour and not each week: a worker that was down on the day makes up for it.
@app.periodic(cron="20 * * * *")
@app.task(name="orders.payouts", queueing_lock="orders.payouts", lock="orders.payouts")
def payouts_of_the_day(timestamp: int) -> None:
    """Free what has been in reserve for long enough, and make the payouts that are due."""
    day = datetime.fromtimestamp(timestamp, UTC).date()
    payouts.free_reserves(today=day)
    payouts.make_due(today=day)


@app.periodic(cron="50 4 * * *")
@app.task(name="orders.reconcile", queueing_lock="orders.reconcile", lock="orders.reconcile")
def reconcile_each_night(timestamp: int) -> None:
    """Have the sandbox's bank do its day, and try bank lines again that did not fit before."""
    sandbox_day.settle(day=datetime.fromtimestamp(timestamp, UTC).date())
    statements.match_open()

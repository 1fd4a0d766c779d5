"""Jobs of accounts: pictures, and what is done by the clock. Each can run twice without harm."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accounts.services import closures, fronts, retention


@app.task(
    name="accounts.make_front_picture", retry=RetryStrategy(max_attempts=5, exponential_wait=5)
)
def make_front_picture(*, seller_id: int) -> None:
    """Make the files of a shop's picture."""
    fronts.make_picture(seller_id=seller_id)


@app.task(
    name="accounts.drop_front_picture", retry=RetryStrategy(max_attempts=5, exponential_wait=5)
)
def drop_front_picture(*, seller_id: int, name: str, widths: list[int]) -> None:
    """Remove files that a shop shows no more."""
    fronts.drop_files(seller_id=seller_id, name=name, widths=widths)


@app.periodic(cron="*/10 * * * *")
@app.task(name="accounts.follow_closures", queueing_lock="accounts.follow_closures")
def follow_closures_by_the_clock(timestamp: int) -> None:
    """Take up the next closure of shops whose last one is over."""
    closures.follow_the_clock()


@app.periodic(cron="41 3 * * *")
@app.task(name="accounts.forget_closed", queueing_lock="accounts.forget_closed")
def forget_closed_each_night(timestamp: int) -> None:
    """Remove what the law no longer lets us keep of shops that closed."""
    retention.forget_closed()

"""Jobs that run use cases of accounts."""

from procrastinate.contrib.django import app

from accounts.services import retention


@app.periodic(cron="41 3 * * *")
@app.task(name="accounts.forget_closed", queueing_lock="accounts.forget_closed")
def forget_closed_each_night(timestamp: int) -> None:
    """Remove what the law no longer lets us keep of shops that closed."""
    retention.forget_closed()

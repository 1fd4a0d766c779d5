"""Leaf jobs: letters to those who sell. They take ids and run twice unharmed."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from accounts import emails
from books4all.lib import mail

# About 18 hours in all: a mail server that is down for a night loses nothing.
_PATIENT = RetryStrategy(max_attempts=14, exponential_wait=2, wait=8)


@app.task(name="accounts.send_news", queue="mail", retry=_PATIENT)
def send_news(*, event: int, user: int) -> None:
    """Tell one owner what happened to the shop."""
    letter = emails.news(event, user)
    if letter is not None:
        mail.send(letter, key=f"shop-news.{event}.{user}")


@app.task(name="accounts.send_invitation", queue="mail", retry=_PATIENT)
def send_invitation(*, pk: str, issue: int) -> None:
    """Ask somebody to join a team, unless that was withdrawn or sent again since."""
    letter = emails.invitation(UUID(pk), issue)
    if letter is not None:
        mail.send(letter, key=f"invitation.{pk}.{issue}")

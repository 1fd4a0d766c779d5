"""Leaf jobs: mails, and the sandbox provider's messages to us. They take ids and run twice unharmed."""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from books4all.lib import mail
from orders.emails import MESSAGES, case_step, gift_card
from orders.payments.sandbox.signatures import signed_headers

WEBHOOK_TIMEOUT = 10


class UndeliveredError(Exception):
    """The shop did not take the message."""


@app.task(
    name="orders.send_mail",
    queue="mail",
    # About 18 hours in all: a mail server that is down for a night loses nothing.
    retry=RetryStrategy(max_attempts=14, exponential_wait=2, wait=8),
)
def send_mail(*, kind: str, pk: str) -> None:
    """Render and send one of the messages about orders."""
    letter = MESSAGES[kind](UUID(pk))
    if letter is not None:
        mail.send(letter, key=f"{kind}.{pk}")


@app.task(
    name="orders.send_gift_card",
    queue="mail",
    retry=RetryStrategy(max_attempts=14, exponential_wait=2, wait=8),
)
def send_gift_card(*, pk: str, seed: str) -> None:
    """Send a gift card to whom it is for; its code is made of the ``seed`` here, and kept nowhere."""
    mail.send(gift_card(UUID(pk), seed), key=f"gift_card.{pk}")


@app.task(
    name="orders.send_case_mail",
    queue="mail",
    retry=RetryStrategy(max_attempts=14, exponential_wait=2, wait=8),
)
def send_case_mail(*, event_id: int, side: str) -> None:
    """Tell one side of a step in a case."""
    letter = case_step(event_id, side)
    if letter is not None:
        mail.send(letter, key=f"case.{event_id}.{side}")


@app.task(
    name="orders.deliver_sandbox_webhook",
    # 4 s, 10 s, 28 s, … about half an hour in all; then the reconciler finds it.
    retry=RetryStrategy(max_attempts=7, wait=1, exponential_wait=3),
)
def deliver_sandbox_webhook(*, path: str, event_id: str, body: str) -> None:
    """Send a message of the sandbox provider, signed now, to our webhook over HTTP.

    Anything but a 2xx answer is a failure, a redirect too (Standard Webhooks 1.0).
    """
    target = urlsplit(settings.PUBLIC_URL)
    kind = HTTPSConnection if target.scheme == "https" else HTTPConnection
    data = body.encode()
    headers = {
        "content-type": "application/json",
        **signed_headers(settings.SANDBOX_WEBHOOK_SECRETS[0], event_id, data),
    }
    connection = kind(target.netloc, timeout=WEBHOOK_TIMEOUT)
    try:
        connection.request("POST", target.path.rstrip("/") + path, body=data, headers=headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise UndeliveredError(str(error)) from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        msg = f"answered {status}"
        raise UndeliveredError(msg)

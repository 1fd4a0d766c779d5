"""Jobs that know no app."""

from django.core.mail import EmailMultiAlternatives
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(
    name="deliver_mail",
    queue="mail",
    # About 18 hours in all: 12 s, 16 s, 24 s … A mail server that is down for a night loses nothing.
    retry=RetryStrategy(max_attempts=14, exponential_wait=2, wait=8),
)
def deliver_mail(*, to: str, subject: str, text: str, html: str, message_id: str) -> None:
    """Hand one rendered message to the mail server. Idempotent by its Message-ID."""
    headers = {"Message-ID": message_id, "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(subject, text, to=[to], headers=headers)
    if html:
        message.attach_alternative(html, "text/html")
    message.send()

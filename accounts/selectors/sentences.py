"""The log of a shop in words: a sentence a code, with what it was done to.

Apps above add theirs from their ``receivers`` (``tell``). A code that nobody has words for is shown
as its parts, so that nothing is ever left out of the log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.constants import SellerRole
from accounts.models import Seller, SellerEvent, User

Text = str | Promise

# What was done, as it follows a name: "Hester …". ``%(subject)s`` is what it was done to;
# every other name, such as ``%(roles)s``, comes from the details.
_sentences: dict[str, Text] = {
    "shop.begun": gettext_lazy("began the application"),
    "shop.submitted": gettext_lazy("sent the application"),
    "shop.approved": gettext_lazy("approved the shop"),
    "shop.changes_requested": gettext_lazy("asked for changes to the application"),
    "shop.rejected": gettext_lazy("turned the application down"),
    "shop.suspended": gettext_lazy("suspended the shop"),
    "shop.lifted": gettext_lazy("lifted the suspension"),
    "shop.closed": gettext_lazy("closed the shop"),
    "shop.forgotten": gettext_lazy("removed the document and the payment account"),
    "facts.changed": gettext_lazy("changed the shop’s details: %(fields)s"),
    "account.changed": gettext_lazy("changed the payment account to %(subject)s"),
    "identity.given": gettext_lazy("gave an identification document"),
    "declaration.given": gettext_lazy("gave the declarations of a seller"),
    "member.invited": gettext_lazy("invited %(subject)s as %(roles)s"),
    "member.invited_again": gettext_lazy("sent the invitation to %(subject)s again"),
    "member.invitation_withdrawn": gettext_lazy("withdrew the invitation to %(subject)s"),
    "member.joined": gettext_lazy("joined the team as %(roles)s"),
    "member.roles_changed": gettext_lazy(
        "changed the roles of %(subject)s from %(before)s to %(roles)s"
    ),
    "member.removed": gettext_lazy("removed %(subject)s from the team"),
    "member.left": gettext_lazy("left the team"),
    "front.changed": gettext_lazy("changed the shop front"),
    "front.picture_sent": gettext_lazy("sent a picture of the shop"),
    "front.picture_removed": gettext_lazy("took the picture of the shop away"),
    "closure.planned": gettext_lazy("planned a holiday: %(subject)s"),
    "closure.removed": gettext_lazy("took a holiday out of the plan: %(subject)s"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a sentence. ``who`` is empty when the marketplace did it."""

    event: SellerEvent
    who: str
    what: str
    reason: str


def tell(sentences: Mapping[str, Text]) -> None:
    """Add sentences by code, for an app above. The same code again is said anew."""
    _sentences.update(sentences)


def told(events: Iterable[SellerEvent]) -> list[Told]:
    """Return ``events`` (with their actors loaded) as sentences of the reader's language."""
    return [
        Told(event, _who(event), sentence(event), str(event.details.get("reason", "")))
        for event in events
    ]


def sentence(event: SellerEvent) -> str:
    """Return what was done, as it follows the name of who did it."""
    # Told more exactly by what it became, or what it was done to: "listing.moved:paused".
    exact = (f"{event.action}:{event.details.get('to')}", f"{event.action}:{event.subject}")
    for name in (*exact, event.action):
        if name in _sentences:
            return str(_sentences[name]) % _Words(event)
    return _plainly(event)


def _plainly(event: SellerEvent) -> str:
    noun, _dot, verb = event.action.partition(".")
    said = f"{noun}: {verb}".replace("_", " ").strip(": ")
    return f"{said} ({event.subject})" if event.subject else said


def _who(event: SellerEvent) -> str:
    """Return who did it. What staff decide about a shop is the marketplace's word, not a person's."""
    actor: User | None = event.actor
    if actor is None or (actor.is_staff and event.action.startswith("shop.")):
        return ""
    return actor.get_short_name()


class _Words(dict[str, str]):
    """What a sentence may ask for; a detail that is not there is a dash, never an error."""

    def __init__(self, event: SellerEvent) -> None:
        super().__init__()
        self.event = event

    def __missing__(self, name: str) -> str:
        if name == "subject":
            return self.event.subject or "–"
        return _said(name, self.event.details.get(name))


def _said(name: str, value: Any) -> str:
    if isinstance(value, list):
        words = dict(SellerRole.choices) if name in {"roles", "before"} else _field_names()
        return ", ".join(str(words.get(one, one)) for one in value)
    return "–" if value in (None, "") else str(value)


def _field_names() -> dict[str, str]:
    return {
        field.name: str(getattr(field, "verbose_name", field.name))
        for field in Seller._meta.get_fields()  # noqa: SLF001 Django's documented interface
    }

"""What catalog brings to the apps below: receivers of their signals, one function a signal; and words."""

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Seller, User
from accounts.selectors import address_is_proven
from accounts.selectors.checklist import Item
from accounts.selectors.sentences import tell
from accounts.signals import checklist_asked, visitor_signed_in
from books4all.lib.jobs import enqueue
from catalog.models import Cover, DeliveryRate, Listing, ListingPhoto
from catalog.services import pending, wants

# Pages may be kept for a while, with addresses of files in them.
LINGER_SECONDS = 3600

# The log of a shop in words, as they follow a name.
tell(
    {
        "listing.created": gettext_lazy("listed %(subject)s"),
        "listing.changed": gettext_lazy("changed %(subject)s"),
        "listing.moved:active": gettext_lazy("put %(subject)s on sale"),
        "listing.moved:paused": gettext_lazy("took %(subject)s off sale for now"),
        "listing.moved:withdrawn": gettext_lazy("withdrew %(subject)s for good"),
        "listing.moved": gettext_lazy("set %(subject)s to “%(to)s”"),
        "listing.deleted": gettext_lazy("deleted the draft %(subject)s"),
        "listings.changed:reprice": gettext_lazy("changed the prices of many copies"),
        "listings.changed:pause": gettext_lazy("took many copies off sale for now"),
        "listings.changed:on_sale": gettext_lazy("put many copies on sale"),
        "listings.changed:withdraw": gettext_lazy("withdrew many copies for good"),
        "listings.changed:delete": gettext_lazy("deleted many drafts"),
        "listings.changed:move": gettext_lazy("moved many copies to a shelf or category"),
        "listings.changed": gettext_lazy("changed many copies at once: %(subject)s"),
        "listings.restored": gettext_lazy("took a change of many copies back"),
        "listings.sent": gettext_lazy(
            "sent %(rows)s copies by program, %(changed)s of them changed"
        ),
        "photo.added": gettext_lazy("added a photograph of %(subject)s"),
        "photo.arranged": gettext_lazy("put the photographs of %(subject)s in order"),
        "photo.removed": gettext_lazy("removed a photograph of %(subject)s"),
        "edition.described": gettext_lazy("described the book “%(subject)s”"),
        "stock.uploaded": gettext_lazy("uploaded the stock file %(subject)s"),
        "stock.corrected": gettext_lazy("corrected %(rows)s rows of the stock file %(subject)s"),
        "stock.published": gettext_lazy("published the stock file %(subject)s"),
        "stock.cancelled": gettext_lazy("cancelled the stock file %(subject)s"),
        "delivery.changed": gettext_lazy("changed the delivery rates: %(subject)s"),
    }
)


@receiver(visitor_signed_in)
def save_what_was_asked_before(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Save the book that somebody asked to save before they had signed in, and what they left as a guest."""
    pending.finish(session=request.session, user=user)
    if address_is_proven(user):
        wants.adopt(user=user)


@receiver(checklist_asked, dispatch_uid="catalog.what_a_shop_sells")
def what_a_shop_sells(seller: Seller, **_kwargs: Any) -> list[Item]:
    """Return what the checklist of a shop asks about delivery and stock: two queries.

    Neither holds an application up: nothing is for sale without them, and nobody is harmed.
    """
    return [
        Item(
            code="delivery",
            title=_("What you charge for post"),
            why=_("Without it nobody can order: the price with delivery is what buyers compare."),
            page="selling:delivery",
            done=DeliveryRate.objects.filter(seller=seller).exists(),
            required=False,
        ),
        Item(
            code="stock",
            title=_("The first copies"),
            why=_("On the day the shop opens, there should be something on its shelves."),
            page="selling:listings",
            done=Listing.objects.filter(seller=seller).exists(),
            required=False,
        ),
    ]


@receiver(post_delete, sender=Cover)
def let_files_go(instance: Cover, **_kwargs: Any) -> None:
    """Have the files of a removed cover removed, once no kept page can ask for them any more.

    A signal, because covers go with their editions too, wherever those are removed.
    """
    if instance.name:
        enqueue(
            "catalog.drop_cover",
            delay=LINGER_SECONDS,
            name=instance.name,
            widths=list(instance.widths),
        )


@receiver(post_delete, sender=ListingPhoto)
def let_files_of_a_copy_go(instance: ListingPhoto, **_kwargs: Any) -> None:
    """Have the files of a removed photograph removed, as with covers."""
    if instance.name:
        enqueue(
            "catalog.drop_photo",
            delay=LINGER_SECONDS,
            name=instance.name,
            widths=list(instance.widths),
        )

"""What search engines are told there is, in files of at most 5,000 addresses with an index."""

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.urls import reverse

from accounts.models import Seller
from catalog.constants import Role, SubjectScheme
from catalog.models import Contribution, Person, Subject, Work


class _Public(Sitemap):  # type: ignore[type-arg]  # not generic at run time
    """Addresses on the public site, wherever it is asked from."""

    limit = 5000
    protocol = urlsplit(settings.PUBLIC_URL).scheme

    def get_domain(self, site: object = None) -> str:
        """Return the public host."""
        return urlsplit(settings.PUBLIC_URL).netloc

    def lastmod(self, item: Model) -> datetime | None:
        """Return when the row last changed."""
        changed: datetime | None = getattr(item, "updated_at", None)
        return changed


class Works(_Public):
    """Every book."""

    def items(self) -> QuerySet[Work]:
        """Return works, only the columns an address needs."""
        return Work.objects.order_by("pk").only("pk", "slug", "updated_at")

    def get_latest_lastmod(self) -> datetime | None:
        """Return when any of them last changed, without reading them."""
        return Work.objects.order_by("-updated_at").values_list("updated_at", flat=True).first()


class Authors(_Public):
    """Everybody who wrote."""

    def items(self) -> QuerySet[Person]:
        """Return authors."""
        wrote = Contribution.objects.filter(person=OuterRef("pk"), role=Role.AUTHOR)
        return Person.objects.filter(Exists(wrote)).order_by("pk")


class Subjects(_Public):
    """Every shelf."""

    def items(self) -> QuerySet[Subject]:
        """Return the shelves of the shop."""
        return Subject.objects.filter(scheme=SubjectScheme.SHELF).order_by("pk")


class Shops(_Public):
    """Every shop that may sell."""

    def items(self) -> QuerySet[Seller]:
        """Return approved shops."""
        return Seller.objects.approved().order_by("pk")

    def location(self, item: Seller) -> str:
        """Return the address of the shop's page."""
        return reverse("catalog:shop", args=[item.slug])


class Standing(_Public):
    """Pages that are always there."""

    NAMES: ClassVar[tuple[str, ...]] = ("home", "subjects", "authors", "shops", "conditions")

    def items(self) -> list[str]:
        """Return the names of their routes."""
        return [f"catalog:{name}" for name in self.NAMES]

    def location(self, item: str) -> str:
        """Return the address."""
        return reverse(item)

    def lastmod(self, item: object) -> None:
        """Say nothing: they are drawn anew every time."""
        return


SITEMAPS: "dict[str, type[Sitemap[Any]] | Sitemap[Any]]" = {
    "works": Works,
    "authors": Authors,
    "subjects": Subjects,
    "shops": Shops,
    "pages": Standing,
}

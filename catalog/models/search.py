"""What search reads: one row a work, derived from the catalogue and rebuildable at any time."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from catalog.models.bibliography import Work

# New words wait in a list that every search reads: a short one (kB).
_PENDING = 256


def _of_tier(tier: int) -> GinIndex:
    """Return the index of one tier. The small ones are asked first by every search: no list at all."""
    waiting = {"gin_pending_list_limit": _PENDING} if tier > 1 else {"fastupdate": False}
    return GinIndex(
        fields=["head", "facets"], name=f"search_tier_{tier}", condition=Q(tier=tier), **waiting
    )


class SearchDocument(models.Model):
    """A work as search reads it, on sale or not. Written only by catalog.search.index.

    The row is narrow: vectors and texts lie out of line (migration 0006). What one copy on sale
    offers stands at one place of the four arrays, so that a search's filters are met by one and the
    same copy; how ``facts`` is packed is said in catalog.search.facts. ``facets`` has a lexeme for
    each fact that any of the copies has: an index can answer with it, a superset of the truth.
    """

    # Without a constraint: a rebuild fills a table of its own, and the keeper removes what is gone.
    work = models.OneToOneField(
        Work,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="search_document",
        db_constraint=False,
    )
    # Where the work stands by popularity (then copies, completeness, chance): 0 for the first two
    # thousand, then 1, 2 and 3. Searches ask the tiers one after the other until they have enough.
    tier = models.SmallIntegerField()
    standing = models.BigIntegerField()
    # 1 for a sixteenth of the works, 2 for a 256th (which are among the sixteenth): estimates.
    sample = models.SmallIntegerField()
    popularity = models.IntegerField()
    completeness = models.SmallIntegerField()
    year = models.SmallIntegerField(null=True)
    copies = models.IntegerField()
    # The lowest price delivered to the marketplace's own country, and the newest copy (seconds).
    lowest = models.BigIntegerField(null=True)
    newest = models.IntegerField(null=True)
    sellers = ArrayField(models.IntegerField())
    prices = ArrayField(models.BigIntegerField())
    facts = ArrayField(models.BigIntegerField())
    listed = ArrayField(models.IntegerField())
    # Subjects of the work and all above them.
    subjects = ArrayField(models.IntegerField())
    # Titles, subtitle, people, series as JSON: what the ranking reads.
    texts = models.TextField()
    # A titles, B people, C series, publisher, subjects and numbers; keys of the title as "=t:…".
    head = SearchVectorField()
    facets = SearchVectorField()
    # The words of the head and of the description.
    body = SearchVectorField()
    # Folded title and names, for trigrams when nothing matches in full text.
    names = models.TextField()
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        indexes = (
            *(_of_tier(tier) for tier in range(4)),
            # Estimates: the samples are small.
            GinIndex(fields=["head", "facets"], name="search_sample", condition=Q(sample__gte=1)),
            GinIndex(fields=["head", "facets"], name="search_sample_2", condition=Q(sample__gte=2)),
            # Words of descriptions, asked when titles and names have too little.
            GinIndex(fields=["body"], name="search_body", gin_pending_list_limit=_PENDING),
            GinIndex(OpClass("names", name="gin_trgm_ops"), name="search_names_trgm"),
            # Orders of results.
            models.Index(F("standing").desc(), name="search_standing"),
            models.Index("lowest", F("standing").desc(), name="search_lowest"),
            models.Index(F("newest").desc(), F("standing").desc(), name="search_newest"),
            models.Index(F("year").desc(), F("standing").desc(), name="search_year"),
            # What has changed since: wants are matched with what became of a book's copies.
            models.Index(fields=["written_at", "work"], name="search_written"),
        )

    def __str__(self) -> str:
        return self.names[:80]


class SearchChange(models.Model):
    """A work whose document is no longer true. Written by triggers (migration 0007).

    Only ever appended to, without a unique key: two sellers who change copies of one book at the
    same time don't wait for each other. The keeper takes rows away as it writes documents.
    """

    id = models.BigAutoField(primary_key=True)
    work_id = models.BigIntegerField()
    # Whether words may have changed too, or only what is on sale.
    texts = models.BooleanField(default=True)
    # One of many in a statement: what changes singly is taken first, so that an import of a whole
    # shop delays nobody else's change.
    bulk = models.BooleanField(default=False)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("change to be indexed")
        verbose_name_plural = _("changes to be indexed")
        indexes = (models.Index("id", name="searchchange_single", condition=Q(bulk=False)),)

    def __str__(self) -> str:
        return str(self.work_id)


class SearchState(models.Model):
    """What the keeper of the index remembers: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    # The least standing of tiers 0, 1 and 2, and how many works there were when it was worked out.
    thresholds = ArrayField(models.BigIntegerField(), default=list)
    works = models.IntegerField(default=0)
    # Up to which day shops' closures have been followed.
    swept = models.DateField(null=True)

    class Meta:
        verbose_name = _("state of the search index")
        verbose_name_plural = _("state of the search index")
        constraints = (models.CheckConstraint(condition=Q(id=1), name="searchstate_one_row"),)

    def __str__(self) -> str:
        return f"{self.works} works"

"""What the search field suggests: a slim row for every work, author, series and shop."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

# Rows of a kind in the first tiers, by weight; the last tier has the rest.
TIERS = (2_000, 16_000, 128_000)


class Suggested(models.IntegerChoices):
    """Kinds of what is suggested."""

    WORK = 1, _("book")
    AUTHOR = 2, _("author")
    SERIES = 3, _("series")
    SHOP = 4, _("shop")


class Suggestion(models.Model):
    """Names to begin with. Written by catalog.search.beginnings; shops by a trigger.

    What is shown is read from the thing itself: a row may outlive it for a day.
    """

    kind = models.PositiveSmallIntegerField(_("kind"), choices=Suggested.choices)
    object_id = models.BigIntegerField(_("row"))
    weight = models.BigIntegerField(_("weight"), default=0)
    tier = models.PositiveSmallIntegerField(_("tier"), default=len(TIERS))
    # The title or name as a whole, folded; and all words it may be looked for by.
    key = models.CharField(max_length=120)
    names = models.TextField()
    words = SearchVectorField()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = (
            models.UniqueConstraint(fields=["kind", "object_id"], name="suggestion_once"),
        )
        # One letter begins a tenth of all words. The tiers are asked in their order, and the first
        # has enough to show for it.
        indexes = (
            models.Index(OpClass("key", name="varchar_pattern_ops"), name="suggestion_key"),
            *(
                GinIndex(
                    fields=["words"],
                    condition=Q(tier=tier),
                    name=f"suggestion_words_{tier}",
                    # What is new waits in a list that every reader reads: a short one (kB).
                    gin_pending_list_limit=256,
                )
                for tier in range(len(TIERS) + 1)
            ),
        )

    def __str__(self) -> str:
        return self.key


class SuggestionWord(models.Model):
    """A word of what is well known, to which a misspelt beginning may lead.

    Written by catalog.search.beginnings. Its index is by ``catalog_beginnings`` (migration 0009).
    """

    word = models.CharField(max_length=60, primary_key=True)
    weight = models.BigIntegerField()

    class Meta:
        verbose_name = _("word of suggestions")
        verbose_name_plural = _("words of suggestions")
        indexes = (
            GinIndex(
                Func(F("word"), function="catalog_beginnings", output_field=models.TextField()),
                name="suggestionword_beginnings",
            ),
        )

    def __str__(self) -> str:
        return self.word

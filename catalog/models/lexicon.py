"""The words of the catalogue: what a misspelt word may have been meant to be."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchWord(models.Model):
    """A word of titles and names. Written only by catalog.search.lexicon; may be rebuilt any time."""

    word = models.CharField(_("word"), max_length=60, primary_key=True)
    # In how many works it stands; 1 for what was learnt since the last rebuilding.
    works = models.PositiveIntegerField(_("works"), default=1)
    # Whether people are called so: names are misspelt by their sound.
    name = models.BooleanField(_("part of a name"), default=False)
    # Whether it is part of an author's name: readers look for those before translators and editors.
    author = models.BooleanField(_("part of an author’s name"), default=False, db_default=False)
    # Hashes of the word, of the word less each of its letters, and of how it sounds: two words
    # that share one are spelt or sound nearly alike.
    near = ArrayField(models.IntegerField(), verbose_name=_("near"), default=list)

    class Meta:
        verbose_name = _("word of the catalogue")
        verbose_name_plural = _("words of the catalogue")
        ordering = ("word",)
        indexes = (
            GinIndex(fields=["near"], name="searchword_near"),
            # Two letters wrong in one word: seldom asked, after the other has found nothing.
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="searchword_alike"),
        )

    def __str__(self) -> str:
        return self.word

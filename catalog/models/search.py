"""What search reads: one row a work, derived from the catalogue and rebuildable at any time."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.bibliography import Work


class SearchDocument(models.Model):
    """A work's searchable text. Written only by catalog.search.index."""

    work = models.OneToOneField(
        Work, on_delete=models.CASCADE, primary_key=True, related_name="search_document"
    )
    # Title and people (weights A and B), then subjects and description (C and D).
    vector = SearchVectorField()
    # Folded title and names, for trigrams when nothing matches in full text.
    names = models.TextField()

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        indexes = (
            GinIndex(fields=["vector"], name="search_vector"),
            GinIndex(OpClass("names", name="gin_trgm_ops"), name="search_names_trgm"),
        )

    def __str__(self) -> str:
        return self.names[:80]

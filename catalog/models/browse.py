"""What browsing reads: rows derived from the catalogue, kept true by the database's own triggers.

Nothing here is written by hand. The triggers are in migration 0010_browse_triggers; the whole can be worked
out anew at any time (catalog.services.browsing). Their references have no constraint of their own:
each is checked already in the row it is derived from, and imports write millions of them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.bibliography import Person, Subject, Work


class SubjectWork(models.Model):
    """A work on a shelf, be it on that shelf itself or on one under it. A work stands there once."""

    pk = models.CompositePrimaryKey("work_id", "subject_id")
    work = models.ForeignKey(
        Work,
        on_delete=models.CASCADE,
        related_name="shelved",
        db_constraint=False,
        db_index=False,
    )
    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        related_name="shelved",
        db_constraint=False,
        db_index=False,
    )
    popularity = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("place on a shelf")
        verbose_name_plural = _("places on shelves")
        indexes = (
            # A shelf in the order it is shown: page 1 and page 200 read the index alone.
            models.Index(fields=["subject", "-popularity", "work"], name="subjectwork_popular"),
        )

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.work_id}"


class SubjectTally(models.Model):
    """How many works a subject has won or lost. The sum of its rows is how many it has.

    Rows are added and never changed, so that imports don't wait for each other at "Fiction"; a job
    folds them together each minute.
    """

    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        related_name="tallies",
        db_constraint=False,
        db_index=False,
    )
    works = models.IntegerField()

    class Meta:
        verbose_name = _("tally of a subject")
        verbose_name_plural = _("tallies of subjects")
        indexes = (
            # The sum is read from the index alone.
            models.Index(fields=["subject"], include=["works"], name="subjecttally_subject"),
        )

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.works:+d}"


class AuthorEntry(models.Model):
    """A line of the index of people: a person under the name sorted by, or under another name."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="index_entries", db_constraint=False
    )
    # A letter of any alphabet; a whole script where it has too many signs; "#" for the rest.
    letter = models.CharField(max_length=4)
    # Folded, and compared by its bytes: the order is the same whatever the server's language.
    key = models.CharField(max_length=200, db_collation="C")
    name = models.CharField(max_length=200)
    is_main = models.BooleanField()

    class Meta:
        verbose_name = _("line of the index of people")
        verbose_name_plural = _("lines of the index of people")
        indexes = (
            # A letter's lines in order, from any line on.
            models.Index(fields=["letter", "key", "id"], name="authorentry_letter"),
        )

    def __str__(self) -> str:
        return self.name


class BoughtTogether(models.Model):
    """Another book in how many orders of a book. Written each night from the orders."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="bought_with")
    other = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="+")
    orders = models.PositiveIntegerField(_("orders"))

    class Meta:
        verbose_name = _("books bought together")
        verbose_name_plural = _("books bought together")
        constraints = (
            models.UniqueConstraint(fields=["work", "other"], name="boughttogether_once"),
        )

    def __str__(self) -> str:
        return f"{self.work_id} + {self.other_id}: {self.orders}"

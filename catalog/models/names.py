"""Every name a person goes by, with the keys that other spellings of it share."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.constants import NameKind
from catalog.models.bibliography import Person


class PersonName(models.Model):
    """A name of a person. Derived from the person's row by catalog.services.people.

    A trigger removes a person's rows when a name in the row of the person changes, so that none is
    ever wrong; ``keep_names`` writes them anew.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=NameKind.choices)
    # books4all.lib.names: the same for all usual transliterations, and for names that sound alike.
    spelling = models.CharField(_("spelling key"), max_length=200)
    sound = models.CharField(_("sound key"), max_length=200)

    class Meta:
        verbose_name = _("name of a person")
        verbose_name_plural = _("names of people")
        ordering = ("person", "pk")
        indexes = (
            models.Index(fields=["spelling", "person"], name="personname_spelling"),
            models.Index(fields=["sound", "person"], name="personname_sound"),
        )
        constraints = (
            models.UniqueConstraint(fields=["person", "name"], name="personname_once_a_person"),
        )

    def __str__(self) -> str:
        return self.name

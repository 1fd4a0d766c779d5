"""The filters: which values each has, and which bit of a copy's misses is its own.

A copy's ``misses`` has the bit of every filter that it does not meet. The copies found miss
nothing; those that an option of one filter would bring miss nothing but that filter. So all filters
are met by one and the same copy, and the counts of a filter leave its own choice out.
"""

from enum import IntFlag, auto
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.constants import HARDBACKS, Condition, Form


class Bit(IntFlag):
    """One bit a filter."""

    CONDITION = auto()
    FORM = auto()
    PRICE = auto()
    RANGE = auto()
    LANGUAGE = auto()
    PERIOD = auto()
    SUBJECT = auto()
    COUNTRY = auto()
    NEW = auto()
    USED = auto()
    RARE = auto()
    FIRST = auto()
    SIGNED = auto()
    EX_LIBRARY = auto()
    BOOK_CLUB = auto()
    ON_DEMAND = auto()
    YEARS = auto()
    JACKET = auto()


class ConditionClass(models.TextChoices):
    """Grades of condition as shoppers choose them."""

    NEW = "new", _("New")
    FINE = "fine", _("Fine or like new")
    VERY_GOOD = "very_good", _("Very good")
    GOOD = "good", _("Good")
    ACCEPTABLE = "acceptable", _("Acceptable")


CONDITION_CLASSES: Final[dict[str, tuple[str, ...]]] = {
    ConditionClass.NEW: (Condition.NEW,),
    ConditionClass.FINE: (Condition.AS_NEW, Condition.FINE, Condition.NEAR_FINE),
    ConditionClass.VERY_GOOD: (Condition.VERY_GOOD,),
    ConditionClass.GOOD: (Condition.GOOD,),
    ConditionClass.ACCEPTABLE: (Condition.FAIR, Condition.POOR),
}


class FormClass(models.TextChoices):
    """Forms as shoppers choose them; everything that is neither is "other"."""

    PAPERBACK = "paperback", _("Paperback")
    HARDBACK = "hardback", _("Hardback")
    OTHER = "other", _("Other formats")


FORM_CLASSES: Final[dict[str, tuple[str, ...]]] = {
    FormClass.PAPERBACK: (Form.PAPERBACK,),
    FormClass.HARDBACK: HARDBACKS,
}


class PriceBand(models.TextChoices):
    """Prices with delivery."""

    UNDER_5 = "under-5", _("Under £5")
    FROM_5 = "5-10", _("£5 to £10")
    FROM_10 = "10-25", _("£10 to £25")
    FROM_25 = "25-100", _("£25 to £100")
    FROM_100 = "over-100", _("£100 and over")


# The first price, in pence, that is above the band; the last band has none.
PRICE_BANDS: Final[dict[str, int]] = {
    PriceBand.UNDER_5: 500,
    PriceBand.FROM_5: 1000,
    PriceBand.FROM_10: 2500,
    PriceBand.FROM_25: 10_000,
}


class Period(models.TextChoices):
    """When a work first appeared."""

    ANCIENT = "ancient", _("Before AD 500")
    MEDIEVAL = "medieval", _("500 to 1499")
    C16 = "1500s", _("16th century")
    C17 = "1600s", _("17th century")
    C18 = "1700s", _("18th century")
    C19 = "1800s", _("19th century")
    C20 = "1900s", _("20th century")
    C21 = "2000s", _("Since 2000")


# The first year after the period; the last has none.
PERIODS: Final[dict[str, int]] = {
    Period.ANCIENT: 500,
    Period.MEDIEVAL: 1500,
    Period.C16: 1600,
    Period.C17: 1700,
    Period.C18: 1800,
    Period.C19: 1900,
    Period.C20: 2000,
}


class Kind(models.TextChoices):
    """Short cuts that pages link to: ``?kind=rare``."""

    NEW = "new", _("New books")
    USED = "used", _("Used books")
    RARE = "rare", _("Rare or collectable")


class Without(models.TextChoices):
    """What a shopper may want to leave out."""

    EX_LIBRARY = "ex_library", _("No ex-library copies")
    BOOK_CLUB = "book_club", _("No book club editions")
    ON_DEMAND = "on_demand", _("No print on demand")


class Sort(models.TextChoices):
    """Orders of the results."""

    BEST = "best", _("Best match")
    PRICE = "price", _("Lowest price with delivery")
    NEWEST = "newest", _("Newest listings")
    PUBLISHED = "published", _("Publication date")


class View(models.TextChoices):
    """How results are laid out."""

    COVERS = "covers", pgettext_lazy("view of results", "Covers")
    LIST = "list", pgettext_lazy("view of results", "List")


# Filters by a value that each copy has one of at most.
CLASS_BITS: Final = {
    "condition": Bit.CONDITION,
    "form": Bit.FORM,
    "price": Bit.PRICE,
    "period": Bit.PERIOD,
    "language": Bit.LANGUAGE,
    "country": Bit.COUNTRY,
}
KIND_BITS: Final = {Kind.NEW: Bit.NEW, Kind.USED: Bit.USED, Kind.RARE: Bit.RARE}
WITHOUT_BITS: Final = {
    Without.EX_LIBRARY: Bit.EX_LIBRARY,
    Without.BOOK_CLUB: Bit.BOOK_CLUB,
    Without.ON_DEMAND: Bit.ON_DEMAND,
}

"""The book trade's codes and words that catalog's models and pages share."""

from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Condition(models.TextChoices):
    """Grades of the IOBA, best first; "New" is a book nobody has owned."""

    NEW = "new", _("New")
    AS_NEW = "as_new", _("As new")
    FINE = "fine", _("Fine")
    NEAR_FINE = "near_fine", _("Near fine")
    VERY_GOOD = "very_good", _("Very good")
    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")


class Grade(NamedTuple):
    """How a grade is shown: the gauge has five bars; ``rank`` counts from 0 for the best."""

    gauge: str
    rank: int


GRADES: dict[str, Grade] = {
    Condition.NEW: Grade("5", 0),
    Condition.AS_NEW: Grade("5", 1),
    Condition.FINE: Grade("5", 2),
    Condition.NEAR_FINE: Grade("4.5", 3),
    Condition.VERY_GOOD: Grade("4", 4),
    Condition.GOOD: Grade("3", 5),
    Condition.FAIR: Grade("2", 6),
    Condition.POOR: Grade("1", 7),
}


# What the grades mean, in our own words: the scale of the Independent Online Booksellers Association
# (Fine, Near fine, Very good, Good, Fair, Poor), with As new above them and New for a book nobody owned.
GRADE_MEANINGS: dict[str, str | Promise] = {
    Condition.NEW: _("Straight from the publisher or the wholesaler. Nobody has owned it."),
    Condition.AS_NEW: _(
        "Somebody has owned it and you could not tell. No wear, no marks, and everything that "
        "came with it is there."
    ),
    Condition.FINE: _(
        "Read with care, or hardly at all. No faults worth a sentence, though it may have lost "
        "the crispness of a new book."
    ),
    Condition.NEAR_FINE: _(
        "Fine but for one or two small things, such as a bumped corner or a faded spine. The "
        "seller says which."
    ),
    Condition.VERY_GOOD: _(
        "Plainly a used book, and a sound one. Small signs of wear to the covers, nothing torn, "
        "nothing missing. The seller names any fault."
    ),
    Condition.GOOD: _(
        "A book that has been read, perhaps by several people. Complete, with worn edges, a "
        "creased spine or a name inside. The seller names the worst."
    ),
    Condition.FAIR: _(
        "Worn, but with all its text and maps or plates. Endpapers or a title page may be "
        "missing, and the binding may be loose."
    ),
    Condition.POOR: _(
        "A reading copy and no more. The text is all there, but expect stains, loose joints or "
        "pages coming out."
    ),
}


class Jacket(models.TextChoices):
    """State of the dust jacket, which is graded apart from the book."""

    NOT_APPLICABLE = "", _("Not said")
    NONE_AS_ISSUED = "none_as_issued", _("None, as issued")
    MISSING = "missing", _("Missing")
    FINE = "fine", _("Fine")
    VERY_GOOD = "very_good", _("Very good")
    GOOD = "good", _("Good")
    WORN = "worn", _("Worn")


class Defect(models.TextChoices):
    """What must be said of a copy, as flags that shoppers can exclude."""

    EX_LIBRARY = "ex_library", _("Ex-library")
    BOOK_CLUB = "book_club", _("Book club edition")
    REMAINDER_MARK = "remainder_mark", _("Remainder mark")
    INSCRIPTION = "inscription", _("Owner’s inscription")
    HIGHLIGHTING = "highlighting", _("Highlighting")
    FOXING = "foxing", _("Foxing")
    BOOKPLATE = "bookplate", _("Bookplate")
    COCKED = "cocked", _("Cocked spine")
    PRICE_CLIPPED = "price_clipped", _("Price-clipped jacket")


DEFECT_MEANINGS = {
    Defect.EX_LIBRARY: _("It was a library’s: stamps, a label, sometimes a pocket inside."),
    Defect.BOOK_CLUB: _("Printed for a book club, often on thinner paper than the shops’ edition."),
    Defect.REMAINDER_MARK: _("A pen line or dot on the edge, made when it was sold off unsold."),
    Defect.INSCRIPTION: _("A former owner has written a name or a greeting in it."),
    Defect.HIGHLIGHTING: _("Some of the text is underlined or marked with a highlighter."),
    Defect.FOXING: _("Brown spots that old paper gets from damp air."),
    Defect.BOOKPLATE: _("A label with a former owner’s name is pasted inside the cover."),
    Defect.COCKED: _("The spine leans, from being read often or shelved at a slant."),
    Defect.PRICE_CLIPPED: _("The corner of the jacket with the price has been cut off."),
}


class ListingStatus(models.TextChoices):
    """States of a listing. On sale: active, of an approved and open seller, with copies free."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("On sale")
    PAUSED = "paused", _("Paused")
    SOLD = "sold", _("Sold")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    BLOCKED = "blocked", _("Hidden by staff")


class MovementKind(models.TextChoices):
    """Why stock changed."""

    RECEIVED = "received", _("Received")
    SOLD = "sold", _("Sold")
    RESTOCKED = "restocked", _("Put back")
    CORRECTED = "corrected", _("Counted anew")


class Service(models.TextChoices):
    """Speeds of delivery."""

    STANDARD = "standard", _("Standard")
    EXPRESS = "express", _("Express")


class Role(models.TextChoices):
    """Contributor roles: ONIX code list 17."""

    AUTHOR = "A01", _("Author")
    ILLUSTRATOR = "A12", _("Illustrator")
    PREFACE = "A15", _("Preface")
    FOREWORD = "A23", _("Foreword")
    INTRODUCTION = "A24", _("Introduction")
    EDITOR = "B01", _("Editor")
    TRANSLATOR = "B06", _("Translator")
    READER = "E07", _("Reader")


class IdentifierType(models.TextChoices):
    """Product identifier types: ONIX code list 5."""

    ISBN10 = "02", "ISBN-10"
    GTIN13 = "03", "GTIN-13"
    DOI = "06", "DOI"
    LCCN = "13", "LCCN"
    ISBN13 = "15", "ISBN-13"
    OCLC = "23", _("OCLC number")


class Form(models.TextChoices):
    """Product forms: ONIX code list 150."""

    BOOK = "BA", _("Book")
    HARDBACK = "BB", _("Hardback")
    PAPERBACK = "BC", _("Paperback")
    PAMPHLET = "BF", _("Pamphlet")
    LEATHER = "BG", _("Leather-bound")
    BOARD = "BH", _("Board book")
    AUDIO = "AJ", _("Audiobook")
    MAP = "CA", _("Map")
    SHEET_MUSIC = "PI", _("Sheet music")
    SET = "SA", _("Set")


HARDBACKS = (Form.HARDBACK, Form.LEATHER, Form.SET)


class SubjectScheme(models.TextChoices):
    """Subject schemes: ONIX code list 27. 24 is a proprietary scheme: here, the shelves of the shop."""

    BISAC = "10", "BISAC"
    KEYWORD = "20", _("Keyword")
    SHELF = "24", _("Shelf")
    THEMA = "93", "Thema"


class ReviewStatus(models.TextChoices):
    """States of a review."""

    PENDING = "pending", _("Waiting for a look")
    PUBLISHED = "published", _("Published")
    REJECTED = "rejected", _("Rejected")


class WantStatus(models.TextChoices):
    """States of a want."""

    ACTIVE = "active", _("Looking")
    CLOSED = "closed", _("Closed")


# Members of the European Union, for delivery rates that name "EU" as their destination.
EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
ANYWHERE = "*"
EU_ZONE = "EU"


def destinations_for(country: str) -> tuple[str, ...]:
    """Return the delivery destinations that cover ``country`` (ISO 3166), the most exact first."""
    return (country, EU_ZONE, ANYWHERE) if country in EU else (country, ANYWHERE)

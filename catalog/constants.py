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


# What a copy with its jacket says of it.
JACKETED = (Jacket.FINE, Jacket.VERY_GOOD, Jacket.GOOD, Jacket.WORN)


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


class RateBasis(models.TextChoices):
    """What the price of a parcel goes by."""

    ITEM = "item", _("By the book")
    WEIGHT = "weight", _("By weight")


class Role(models.TextChoices):
    """Contributor roles that we have words for: ONIX code list 17, our own words."""

    AUTHOR = "A01", _("Author")
    WITH = "A02", _("With")
    SCREENPLAY = "A03", _("Screenplay")
    LYRICS = "A05", _("Words of the music")
    COMPOSER = "A06", _("Composer")
    ARTIST = "A07", _("Artist")
    PHOTOGRAPHER = "A08", _("Photographer")
    CREATOR = "A09", _("Created by")
    ILLUSTRATOR = "A12", _("Illustrator")
    PHOTOGRAPHS = "A13", _("Photographs")
    TEXT = "A14", _("Text")
    PREFACE = "A15", _("Preface")
    PROLOGUE = "A16", _("Prologue")
    SUMMARY = "A17", _("Summary")
    AFTERWORD = "A19", _("Afterword")
    NOTES = "A20", _("Notes")
    COMMENTARY = "A21", _("Commentary")
    EPILOGUE = "A22", _("Epilogue")
    FOREWORD = "A23", _("Foreword")
    INTRODUCTION = "A24", _("Introduction")
    MEMOIR = "A26", _("Memoir")
    INTRODUCTION_NOTES = "A29", _("Introduction and notes")
    LIBRETTO = "A31", _("Libretto")
    CONTRIBUTOR = "A32", _("Contributor")
    COVER = "A36", _("Cover")
    MAPS = "A39", _("Maps")
    ORIGINAL_AUTHOR = "A38", _("Original author")
    OTHER_CREATOR = "A99", _("Other part")
    EDITOR = "B01", _("Editor")
    REVISED = "B02", _("Revised by")
    RETOLD = "B03", _("Retold by")
    ABRIDGED = "B04", _("Abridged by")
    ADAPTED = "B05", _("Adapted by")
    TRANSLATOR = "B06", _("Translator")
    AS_TOLD = "B07", _("As told by")
    TRANSLATED_COMMENTARY = "B08", _("Translator and commentator")
    SERIES_EDITOR = "B09", _("Series editor")
    EDITED_TRANSLATED = "B10", _("Editor and translator")
    EDITOR_IN_CHIEF = "B11", _("Editor-in-chief")
    GUEST_EDITOR = "B12", _("Guest editor")
    VOLUME_EDITOR = "B13", _("Volume editor")
    COMPILER = "C01", _("Compiler")
    SELECTED = "C02", _("Selected by")
    PRODUCER = "D01", _("Producer")
    DIRECTOR = "D02", _("Director")
    CONDUCTOR = "D03", _("Conductor")
    ACTOR = "E01", _("Actor")
    NARRATOR = "E03", _("Narrator")
    PERFORMER = "E05", _("Performer")
    READER = "E07", _("Reader")
    OTHER = "Z99", _("Other")


class IdentifierType(models.TextChoices):
    """Product identifier types: ONIX code list 5."""

    ISBN10 = "02", "ISBN-10"
    PROPRIETARY = "01", _("Seller’s number")
    GTIN13 = "03", "GTIN-13"
    UPC = "04", "UPC"
    ISMN10 = "05", "ISMN-10"
    DOI = "06", "DOI"
    LCCN = "13", "LCCN"
    ISBN13 = "15", "ISBN-13"
    LEGAL_DEPOSIT = "14", _("Legal deposit number")
    URN = "22", "URN"
    OCLC = "23", _("OCLC number")
    ISMN13 = "25", "ISMN-13"
    ARK = "35", "ARK"


class Form(models.TextChoices):
    """Product forms that we have words for: ONIX code list 150, our own words."""

    UNDEFINED = "00", _("Not said")
    AUDIO_RECORDING = "AA", _("Audio")
    CASSETTE = "AB", _("Audio cassette")
    CD = "AC", _("Audio CD")
    AUDIO = "AJ", _("Audiobook")
    RECORD = "AF", _("Record")
    BOOK = "BA", _("Book")
    HARDBACK = "BB", _("Hardback")
    PAPERBACK = "BC", _("Paperback")
    LOOSE_LEAF = "BD", _("Loose leaves")
    SPIRAL = "BE", _("Spiral bound")
    PAMPHLET = "BF", _("Pamphlet")
    LEATHER = "BG", _("Leather-bound")
    BOARD = "BH", _("Board book")
    RAG = "BI", _("Rag book")
    BATH = "BJ", _("Bath book")
    NOVELTY = "BK", _("Novelty book")
    PART_WORK = "BN", _("Part-work")
    CONCERTINA = "BO", _("Concertina")
    MISCELLANEOUS = "BZ", _("Other book")
    MAP = "CA", _("Map")
    FOLDED_MAP = "CB", _("Folded map")
    GLOBE = "CE", _("Globe")
    CD_ROM = "DB", _("CD-ROM")
    DIGITAL = "EA", _("E-book")
    DIGITAL_PHYSICAL = "EB", _("E-book")
    EBOOK = "ED", _("E-book")
    FILM = "VI", _("DVD")
    SHEET_MUSIC = "PI", _("Sheet music")
    CALENDAR = "PC", _("Calendar")
    CARDS = "PD", _("Cards")
    POSTER = "PK", _("Poster")
    SET = "SA", _("Set")
    OTHER = "ZZ", _("Other")


# Looked up for every row of a page: asking the enumerations costs a list each time.
_FORMS = dict(Form.choices)
_ROLES = dict(Role.choices)
_IDENTIFIERS = dict(IdentifierType.choices)


def form_label(code: str) -> str:
    """Return a product form in words, or its code when we have none."""
    return str(_FORMS.get(code, code))


def identifier_label(code: str) -> str:
    """Return an identifier's type in words, or its code when we have none."""
    return str(_IDENTIFIERS.get(code, code))


def role_label(code: str) -> str:
    """Return a contributor's role in words, or its code when we have none."""
    return str(_ROLES.get(code, code))


HARDBACKS = (Form.HARDBACK, Form.LEATHER, Form.SET)


class SubjectScheme(models.TextChoices):
    """Subject schemes: ONIX code list 27. 24 is a proprietary scheme: here, the shelves of the shop."""

    BISAC = "10", "BISAC"
    KEYWORD = "20", _("Keyword")
    SHELF = "24", _("Shelf")
    THEMA = "93", "Thema"
    THEMA_PLACE = "94", _("Thema: place")
    THEMA_LANGUAGE = "95", _("Thema: language")
    THEMA_TIME = "96", _("Thema: time")
    THEMA_EDUCATION = "97", _("Thema: education")
    THEMA_INTEREST = "98", _("Thema: interest and age")
    THEMA_STYLE = "99", _("Thema: style")


class CoverSource(models.TextChoices):
    """Where an edition's picture comes from."""

    UPLOADED = "uploaded", _("Uploaded by staff")
    FEED = "feed", _("Named by a publisher’s file")
    FETCHED = "fetched", _("Fetched by staff")


class CoverStatus(models.TextChoices):
    """States of an edition's picture."""

    WAITING = "waiting", _("Being made")
    READY = "ready", _("Shown")
    REFUSED = "refused", _("Refused")


class BulkAction(models.TextChoices):
    """What a seller does to many listings at once."""

    REPRICE = "reprice", _("Change prices")
    PAUSE = "pause", _("Take off sale for now")
    ON_SALE = "on_sale", _("Put on sale")
    WITHDRAW = "withdraw", _("Withdraw for good")
    DELETE = "delete", _("Delete drafts")
    MOVE = "move", _("Move to a shelf or category")


class BulkStatus(models.TextChoices):
    """States of a change to many listings."""

    PREPARED = "prepared", _("Not made yet")
    RUNNING = "running", _("Being made")
    DONE = "done", _("Made")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class ReviewStatus(models.TextChoices):
    """States of a review."""

    PENDING = "pending", _("Waiting for a look")
    PUBLISHED = "published", _("Published")
    REJECTED = "rejected", _("Rejected")


class WantStatus(models.TextChoices):
    """States of a want. A guest's waits, unconfirmed, until its letter has been answered."""

    UNCONFIRMED = "unconfirmed", _("To be confirmed")
    ACTIVE = "active", _("Looking")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


# Of these a person has one a book, edition or words.
OPEN_WANTS = (WantStatus.UNCONFIRMED, WantStatus.ACTIVE, WantStatus.PAUSED)


class WantNotice(models.TextChoices):
    """How somebody hears of a copy that meets their want."""

    AT_ONCE = "at_once", _("By mail, at once")
    DAILY = "daily", _("By mail, once a day")
    PAGE = "page", _("Not by mail: I look at my wants")


class ImportFormat(models.TextChoices):
    """What files of books can be."""

    ONIX = "onix", "ONIX"
    MARC = "marc", "MARC 21"
    MARCXML = "marcxml", "MARCXML"
    TABLE = "table", _("Table (CSV or TSV)")


class SourceRank(models.IntegerChoices):
    """How far a source is trusted: a lower one fills gaps and never overwrites a higher one."""

    # A shop's own words on a book that nobody else has described yet.
    SHOP = 5, _("Shop")
    TABLE = 10, _("Table")
    MARC = 20, "MARC"
    ONIX = 30, "ONIX"
    STAFF = 100, _("Staff")


class ImportStatus(models.TextChoices):
    """States of an import."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class Outcome(models.TextChoices):
    """What became of a record. Matched: its edition was found, and better sources contradict it."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    MATCHED = "matched", _("Matched")
    UNCHANGED = "unchanged", _("Unchanged")
    DOUBTFUL = "doubtful", _("Doubtful")
    REFUSED = "refused", _("Refused")
    DELETED = "deleted", _("Deleted")
    SKIPPED = "skipped", _("Skipped")


class InventoryMode(models.TextChoices):
    """What a shop's file is to the stock that it has here."""

    UPDATE = "update", _("Add and update")
    REPLACE = "replace", _("Replace everything")
    DELETE = "delete", _("Delete these")


class InventoryStatus(models.TextChoices):
    """Where a shop's file is on its way to the shelves."""

    MATCHING = "matching", _("Columns to match")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    PUBLISHING = "publishing", _("Being published")
    PUBLISHED = "published", _("Published")
    FAILED = "failed", _("Stopped")
    CANCELLED = "cancelled", _("Cancelled")


class RowOutcome(models.TextChoices):
    """What becomes of a row of a shop's file. Withdrawn: a copy that the file does not have any more."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    GONE = "gone", _("Sold or deleted")
    WITHDRAWN = "withdrawn", _("Not in the file")
    IGNORED = "ignored", _("Left out")
    REFUSED = "refused", _("Needs a correction")


class ChangeKind(models.TextChoices):
    """What an import, or undoing it, did to rows."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Updated")
    REMOVED = "removed", _("Removed")
    KEPT = "kept", _("Kept")


class DoubtKind(models.TextChoices):
    """What may be the same as another."""

    EDITION = "edition", _("Edition")
    WORK = "work", _("Work")


class DoubtState(models.TextChoices):
    """What staff decided about two rows that may be one."""

    OPEN = "open", _("Open")
    SAME = "same", _("The same")
    DIFFERENT = "different", _("Different")
    LATER = "later", _("Put off")


class Mergeable(models.TextChoices):
    """What can be merged."""

    WORK = "work", _("Work")
    EDITION = "edition", _("Edition")
    PERSON = "person", _("Person")
    PUBLISHER = "publisher", _("Publisher")
    SERIES = "series", _("Series")


class MergeAction(models.TextChoices):
    """Two made one, or one made two."""

    MERGE = "merge", _("Merged")
    SPLIT = "split", _("Split")


class NameKind(models.TextChoices):
    """Where a name of a person stands in their row."""

    NAME = "name", _("Name")
    NATIVE = "native", _("In its own script")
    OTHER = "other", _("Other name")
    SORT = "sort", _("Sorted as")


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
# What a copy counts as at most in a parcel (g): search keeps weights in sixteen bits.
HEAVIEST_G = 65_535


def destinations_for(country: str) -> tuple[str, ...]:
    """Return the delivery destinations that cover ``country`` (ISO 3166), the most exact first."""
    return (country, EU_ZONE, ANYWHERE) if country in EU else (country, ANYWHERE)

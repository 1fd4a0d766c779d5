"""What every reader of bibliographic files gives, whatever the format: one record a book.

The readers (``onix``, ``marc``, ``table``) know formats and nothing of the database; the pipeline
(``catalog.services.imports``) knows the database and nothing of formats. This is what they share.
Codes are those of ONIX for Books, kept as they came: a code that nobody knows is still a code.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Action(StrEnum):
    """What a record asks for (ONIX code list 1): 03 confirmed, 04 partial update, 05 delete."""

    FULL = "full"
    PARTIAL = "partial"
    DELETE = "delete"
    # A test record (list 1, code 88), which changes nothing.
    TEST = "test"


class Severity(StrEnum):
    """How bad a problem is: with a warning the record is taken without the value named."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value, where it stands, and what was or must be done about it.

    ``code`` is a stable name ("isbn_check_digit"), ``field`` the file's own word (an ONIX reference
    tag, a MARC tag, a column), ``value`` what stood there (at most 200 characters), ``remedy`` a
    sentence. ``line`` is the line of the file, 0 where the format has none.
    """

    code: str
    field: str
    value: str
    message: str
    remedy: str = ""
    line: int = 0
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class IdentifierIn:
    """An identifier by its type (list 5). ``value`` is normalised: an ISBN-10 or SBN becomes type 15
    when its check digit is right; a wrong one keeps its type, its figures and ``valid=False``."""

    type: str
    value: str
    as_printed: str = ""
    valid: bool = True


@dataclass(frozen=True, slots=True)
class ContributorIn:
    """Somebody with a part in the book. ``roles`` are codes of list 17.

    ``name`` reads as on a title page, ``inverted`` as in an index; either may be worked out of the
    other. ``other_names`` holds other spellings and scripts. A body ("University of Leeds") is
    ``corporate``, and so are "Anonymous" and "Various", which nobody turns round.
    """

    name: str
    inverted: str = ""
    roles: tuple[str, ...] = ("A01",)
    sequence: int = 1
    other_names: tuple[str, ...] = ()
    corporate: bool = False
    born: int | None = None
    died: int | None = None


@dataclass(frozen=True, slots=True)
class SeriesIn:
    """A series or collection the book stands in, with its number as printed."""

    name: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class SubjectIn:
    """A subject by scheme (list 27) and code; ``heading`` in words where the file has them.

    A keyword (scheme 20) has no code of its own: its heading is its code.
    """

    scheme: str
    code: str
    heading: str = ""
    main: bool = False


@dataclass(frozen=True, slots=True)
class RelatedIn:
    """Another product (list 51): 03 replaces, 06 same work in another form, 13 e-book's print book."""

    relation: str
    identifiers: tuple[IdentifierIn, ...]


@dataclass(slots=True, kw_only=True)
class BookRecord:
    """A book as a file describes it.

    Empty means that the file says nothing; ``present`` names the fields that it does speak of, even
    to empty them (a partial update touches nothing else). Dates are "1871", "1871-12" or
    "1871-12-01"; measures are millimetres and grams; languages are ISO 639-2/B. What is wrong with
    the file itself (its encoding, its entities) stands among the problems of the first record that
    it touches, without a field.
    """

    number: int
    line: int = 0
    reference: str = ""
    # The sender's own key of the work: editions of one sender that share it are one work.
    work_reference: str = ""
    action: Action = Action.FULL
    identifiers: list[IdentifierIn] = field(default_factory=list)
    title: str = ""
    subtitle: str = ""
    # Sorted as; without its article ("Origin of species" for "The origin of species").
    sort_title: str = ""
    original_title: str = ""
    other_titles: list[str] = field(default_factory=list)
    contributors: list[ContributorIn] = field(default_factory=list)
    contributor_statement: str = ""
    series: list[SeriesIn] = field(default_factory=list)
    form: str = ""
    form_details: list[str] = field(default_factory=list)
    edition_number: int | None = None
    edition_statement: str = ""
    language: str = ""
    original_language: str = ""
    publisher: str = ""
    imprint: str = ""
    place: str = ""
    published: str = ""
    first_published: int | None = None
    pages: int | None = None
    height_mm: int | None = None
    width_mm: int | None = None
    thickness_mm: int | None = None
    weight_g: int | None = None
    subjects: list[SubjectIn] = field(default_factory=list)
    description: str = ""
    publishing_status: str = ""
    availability: str = ""
    cover_url: str = ""
    related: list[RelatedIn] = field(default_factory=list)
    present: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether something is so wrong that the record can't be taken."""
        return any(problem.severity == Severity.ERROR for problem in self.problems)


class RefusedFileError(ValueError):
    """The whole file can't be read on: not what it says it is, broken, or dangerous.

    ``problem`` says where and why, and what to do. Records read before it stand.
    """

    def __init__(self, problem: Problem) -> None:
        """Keep the ``problem`` beside its message."""
        super().__init__(problem.message)
        self.problem = problem

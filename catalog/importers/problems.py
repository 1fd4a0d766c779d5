"""Collecting what is wrong: of a record, and of the file around it."""

from catalog.importers.record import Problem, RefusedFileError, Severity

# A hostile file would otherwise fill the memory with its own faults.
PROBLEMS_A_RECORD = 200
NOTES_WAITING = 2000
VALUE_LENGTH = 200


def shorten(value: object) -> str:
    """Return ``value`` as a report shows it: one line of at most 200 characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= VALUE_LENGTH else text[: VALUE_LENGTH - 1] + "…"


def refused(
    code: str, message: str, *, remedy: str = "", line: int = 0, value: object = ""
) -> RefusedFileError:
    """Return the error that ends the reading of a file; the caller raises it."""
    return RefusedFileError(
        Problem(
            code=code,
            field="",
            value=shorten(value),
            message=message,
            remedy=remedy,
            line=line,
            severity=Severity.ERROR,
        )
    )


class Problems:
    """What is wrong with one record. ``items`` is its list of problems, bounded."""

    def __init__(self, line: int = 0) -> None:
        self.items: list[Problem] = []
        self.line = line

    def warn(
        self, code: str, field: str, value: object, message: str, *, remedy: str = "", line: int = 0
    ) -> None:
        """Report a value that was put right, kept as it is, or left out."""
        self._add(code, field, value, message, remedy, line, Severity.WARNING)

    def fail(
        self, code: str, field: str, value: object, message: str, *, remedy: str = "", line: int = 0
    ) -> None:
        """Report what makes the record unusable."""
        self._add(code, field, value, message, remedy, line, Severity.ERROR)

    def _add(  # noqa: PLR0917 - the two faces above are keyword-only
        self,
        code: str,
        field: str,
        value: object,
        message: str,
        remedy: str,
        line: int,
        severity: Severity,
    ) -> None:
        if len(self.items) >= PROBLEMS_A_RECORD and severity == Severity.WARNING:
            return
        self.items.append(
            Problem(code, field, shorten(value), message, remedy, line or self.line, severity)
        )


class Notes:
    """What was found while the bytes of a file were read, before its records were.

    A note rides on the record whose lines it stands in; what concerns the whole file is said once,
    with the first record after it.
    """

    def __init__(self) -> None:
        self._waiting: list[Problem] = []
        self._said: set[tuple[str, str]] = set()

    def once(self, code: str, value: object, message: str, *, remedy: str, line: int) -> None:
        """Note what is said once a file for each ``code`` and ``value``."""
        key = (code, shorten(value))
        if key not in self._said and len(self._said) < NOTES_WAITING:
            self._said.add(key)
            self.each(code, value, message, remedy=remedy, line=line)

    def each(self, code: str, value: object, message: str, *, remedy: str, line: int) -> None:
        """Note what is said wherever it is found."""
        if len(self._waiting) < NOTES_WAITING:
            self._waiting.append(Problem(code, "", shorten(value), message, remedy, line))

    def __bool__(self) -> bool:
        """Whether a note waits for its record."""
        return bool(self._waiting)

    def take(self, up_to_line: int | None = None) -> list[Problem]:
        """Return the notes up to a line (all without one), at most one of a kind; drop them."""
        ready = [n for n in self._waiting if up_to_line is None or n.line <= up_to_line]
        if not ready:
            return []
        self._waiting = [n for n in self._waiting if up_to_line is not None and n.line > up_to_line]
        kinds: dict[tuple[str, str], Problem] = {}
        for note in ready:
            kinds.setdefault((note.code, "" if note.code in _ONE_A_RECORD else note.value), note)
        return list(kinds.values())[:PROBLEMS_A_RECORD]


_ONE_A_RECORD = {"bytes_mended", "control_characters"}

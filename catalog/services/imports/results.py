"""What became of a record, and the names by which sources and their records are remembered."""

from dataclasses import asdict, dataclass, field, fields
from hashlib import blake2s
from typing import Any

from catalog.importers.record import BookRecord, Problem
from catalog.models import CatalogueImport
from catalog.services.imports.rows import Row

# Where a record stands and what was wrong with it: no part of what it says.
_NOT_SAID = frozenset({"number", "line", "reference", "problems", "present"})


@dataclass(slots=True)
class Result:
    """What became of a record."""

    record: BookRecord
    outcome: str
    said: str
    edition: Row | None = None
    work: Row | None = None
    problems: list[Problem] = field(default_factory=list)

    def line(self, import_id: int, *, dry_run: bool) -> tuple[Any, ...]:
        """Return the row of the report."""
        record = self.record
        problems = [
            {**asdict(one), "severity": str(one.severity)}
            for one in (*record.problems, *self.problems)
        ]
        return (
            import_id,
            record.number,
            record.line,
            _plain(record.reference)[:100],
            _plain(record.title)[:200],
            self.outcome,
            _key(self.edition, dry_run=dry_run),
            _key(self.work, dry_run=dry_run),
            _without_nul(problems),
            self.said,
        )


def source_name(catalogue_import: CatalogueImport) -> str:
    """Return the name under which a source's records are remembered."""
    return f"{catalogue_import.format}:{catalogue_import.source}"[:100]


def reference_of(record: BookRecord) -> str:
    """Return the source's own reference, or a digest of the whole record when it has none.

    By the digest the same record is known again, however little it says.
    """
    if record.reference:
        return _plain(record.reference)[:100]
    said = [repr(getattr(record, one.name)) for one in fields(record) if one.name not in _NOT_SAID]
    return "#" + blake2s("\0".join(said).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _key(row: Row | None, *, dry_run: bool) -> int | None:
    """Return the key of a row; none of one that a dry run has written and taken back."""
    # Rows that were read have their key among their values.
    return None if row is None or (dry_run and "id" not in row.values) else row.key


def _plain(text: str) -> str:
    return text.replace("\0", "")


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {key: _without_nul(one) for key, one in value.items()}
    return [_without_nul(one) for one in value] if isinstance(value, list) else value

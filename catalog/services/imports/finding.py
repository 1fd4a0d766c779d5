"""Which edition and work of the catalogue a record is about, or who must be asked."""

from dataclasses import dataclass, field

from catalog.importers.record import BookRecord
from catalog.services.imports.described import describe, titles_of
from catalog.services.imports.rows import Row
from catalog.services.imports.shelf import Shelf
from catalog.services.matching import (
    DOUBTFUL,
    THRESHOLD,
    Described,
    Score,
    is_thin,
    same_title,
    score,
    share_people,
    title_contradicts,
    title_keys,
)

# So much better must the best of several editions with one ISBN be than the next.
MARGIN = 200
# Candidates shown to staff.
MOST_SHOWN = 5


@dataclass(slots=True)
class Doubt:
    """Why staff are asked, and about which editions, the likeliest first."""

    reason: str
    candidates: list[tuple[Row, Score]]


@dataclass(slots=True)
class Found:
    """What a record is about. Without ``edition`` it is a new one, without ``work`` too.

    With a ``doubt`` and an edition nothing is written to it until staff have decided.
    """

    edition: Row | None = None
    work: Row | None = None
    doubt: Doubt | None = None
    shared: list[Row] = field(default_factory=list)


def find(shelf: Shelf, record: BookRecord, reference: str) -> Found:
    """Find the edition and the work that ``record`` is about.

    By identifiers first, then by the source's own reference, then by weighted evidence. A record
    that says too little is taken for none that is on file.
    """
    ours = describe(record)
    hits = shelf.numbered(record)
    isbn_hits = [edition for kind, edition in hits if kind == "isbn"]
    own = shelf.by_reference.get(reference)
    if (
        own is not None
        and not own.dropped
        and _may_be_own(ours, shelf.described(own), own, isbn_hits)
    ):
        return Found(edition=own, work=own.extra.work)
    thin = is_thin(
        title=record.title,
        people=[c.name for c in record.contributors],
        published=record.published,
        publisher=record.publisher,
    )
    if isbn_hits:
        found = _by_isbn(shelf, ours, isbn_hits, thin=thin)
        if found.edition is None:
            found.shared = isbn_hits
            found.work = None if thin else _find_work(shelf, record, ours)
        return found
    if thin:
        return Found()
    return _by_evidence(shelf, record, ours, [edition for _kind, edition in hits])


def _may_be_own(ours: Described, theirs: Described, own: Row, isbn_hits: list[Row]) -> bool:
    """Whether a source means the same book by a reference as it did before.

    Feeds use references again: another ISBN tells that it is another book.
    """
    if ours.isbns and theirs.isbns:
        return bool(ours.isbns & theirs.isbns)
    return not isbn_hits or own in isbn_hits


def _by_isbn(shelf: Shelf, ours: Described, hits: list[Row], *, thin: bool) -> Found:
    scored = [(edition, shelf.described(edition)) for edition in hits]
    fitting = [(e, d) for e, d in scored if not title_contradicts(ours, d)]
    if thin or not fitting:
        reason = "thin_record" if thin else "title_contradicts"
        return Found(doubt=Doubt(reason, _ranked(ours, scored)))
    if len(fitting) == 1:
        return Found(edition=fitting[0][0], work=fitting[0][0].extra.work)
    ranked = _ranked(ours, fitting)
    best, second = ranked[0], ranked[1]
    found = Found(edition=best[0], work=best[0].extra.work)
    if best[1].points - second[1].points < MARGIN:
        found.doubt = Doubt("isbn_shared", ranked)
    return found


def _by_evidence(shelf: Shelf, record: BookRecord, ours: Described, others: list[Row]) -> Found:
    """Find an edition by what is known of it; ``others`` bear another number of the record's."""
    work = _find_work(shelf, record, ours)
    candidates = dict.fromkeys([*others, *(work.extra.editions if work else [])])
    described = [(e, shelf.described(e)) for e in candidates if not e.dropped]
    # Two editions with ISBNs of their own are two, however alike they are otherwise.
    possible = [(e, d) for e, d in described if not (ours.isbns and d.isbns)]
    ranked = _ranked(ours, possible)
    numbered = set(others)
    for edition, points in ranked:
        by_number = edition in numbered and not title_contradicts(ours, shelf.described(edition))
        if points.points >= THRESHOLD or (by_number and not points.contradicted):
            return Found(edition=edition, work=edition.extra.work)
    if work is None and others and not title_contradicts(ours, shelf.described(others[0])):
        work = others[0].extra.work
    found = Found(work=work)
    near = [(e, s) for e, s in ranked if s.points >= DOUBTFUL and not s.contradicted]
    if near:
        found.doubt = Doubt("nearly_the_same", near)
    return found


def _ranked(ours: Described, editions: list[tuple[Row, Described]]) -> list[tuple[Row, Score]]:
    scored = [(edition, score(ours, theirs)) for edition, theirs in editions]
    # Sorting is stable: of equals the one that came first stays first.
    return sorted(scored, key=lambda pair: -pair[1].points)


def _find_work(shelf: Shelf, record: BookRecord, ours: Described) -> Row | None:
    """Find the work: another form of it is on file, or it has one's title and one of one's people."""
    for work in shelf.related(record):
        people = {key for part in work.extra.contributions for key in part["person_id"].extra}
        if share_people(ours.people, people) or not (ours.people and people):
            return work
    if not ours.people:
        return None
    keys = [title_keys(record.title, record.subtitle), *map(title_keys, titles_of(record)[1:])]
    best, most = None, 0
    for work in shelf.titled(record):
        theirs = [title_keys(work["title"], work["subtitle"] or "")]
        theirs += [title_keys(work["original_title"])] if work["original_title"] else []
        if not any(same_title(one, other) for one in keys for other in theirs):
            continue
        people = {key for part in work.extra.contributions for key in part["person_id"].extra}
        shared = len(ours.people & people)
        if shared > most:
            best, most = work, shared
    return best

"""Where a search may lead on to: what its works have in common, and what comes near when there are none."""

from collections import Counter
from dataclasses import dataclass

from catalog.errors import SearchTooBroadError
from catalog.models.suggestions import TIERS, Suggested
from catalog.search import statement
from catalog.search.results import Results
from catalog.search.sql import Sql
from catalog.search.text import asked, words
from catalog.selectors.cards import WorkCard, cards_for

MOST_NEAR = 6
MOST_WORDS = 6
# Names looked at in each tier, the best known first, and how alike they have to be.
NEAR_A_TIER = 300
LEAST_ALIKE = 0.3

_NEAR = """
    WITH meant AS MATERIALIZED (SELECT catalog_meant({words}::text[], '|') AS query)
    SELECT object_id FROM ({tiers}) AS near
    WHERE word_similarity({text}, names) >= {least}
    ORDER BY word_similarity({text}, names) DESC, weight DESC, object_id LIMIT {most}
"""
_TIER = """(
    SELECT object_id, names, weight FROM catalog_suggestion
    WHERE tier = {tier} AND kind = {kind} AND words @@ (SELECT query FROM meant)
    ORDER BY weight DESC LIMIT {most}
)"""


@dataclass(frozen=True, slots=True)
class Related:
    """A person ("author"), series or subject that works found have in common."""

    kind: str
    name: str
    slug: str


def related(results: Results, *, most: int = 6) -> list[Related]:
    """Return what else the works on this page lead to, the most common first; no statement.

    What was asked for itself is left out. Nothing unless ``Query.leads_on``.
    """
    if not results.query.leads_on:
        return []
    works = [hit.card.work for hit in results.hits]
    typed = set(words(results.corrected or results.query.text))
    kinds = []
    for kind in ("authors", "series", "subjects"):
        counted = Counter(Related(*row) for work in works for row in getattr(work, f"{kind}_kin"))
        # Counter keeps the order of the page among equals.
        found = [one for one, _n in counted.most_common(most + 1)]
        kinds.append([one for one in found if not typed.issuperset(words(one.name))])
    # Authors, series and subjects in turn, so that none of them takes all the room.
    mixed = [kind[at] for at in range(most) for kind in kinds if at < len(kind)]
    return mixed[:most]


def near(text: str, *, to: str) -> list[WorkCard]:
    """Return well-known works whose names come near ``text``, when a search found none.

    Two statements at most. Any of the words may do, with a slip in it or without.
    """
    required = [word for word in asked(text) if len(word) > 2][:MOST_WORDS]
    if not required:
        return []
    sql = Sql()
    tiers = " UNION ALL ".join(
        _TIER.format(
            tier=tier, kind=Suggested.WORK.value, most=NEAR_A_TIER
        )
        for tier in range(len(TIERS))
    )  # fmt: skip
    text_of = _NEAR.format(
        words=sql.param(required),
        tiers=tiers,
        text=sql.param(" ".join(required)),
        least=LEAST_ALIKE,
        most=MOST_NEAR,
    )
    try:
        rows = statement.run(text_of, sql)
    except SearchTooBroadError:
        return []
    return cards_for([row[0] for row in rows], to)

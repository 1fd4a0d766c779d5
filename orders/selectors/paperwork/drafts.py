"""What a document is made of before it has a number."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts.models import Seller
from orders.constants import DocumentKind, TaxRemitter, TaxScheme

# What stands on a document: plain JSON values, amounts in minor units, days as YYYY-MM-DD.
Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaxRow:
    """What a document has at one rate, tax within ``gross``; minor units."""

    scheme: TaxScheme
    rate_bp: int
    gross: int
    tax: int


@dataclass(frozen=True, slots=True)
class Taxed:
    """Under whose law the tax of a document is: when it falls due, from where, to where, by whom."""

    on: date
    country_from: str
    country_to: str
    goods: bool
    remitter: TaxRemitter


@dataclass(frozen=True, slots=True)
class Draft:
    """A document to be issued. ``issuer`` is a shop, or nobody for the marketplace.

    ``links`` are the columns of ``Document`` that say what it came from. ``sign`` is -1 for what is
    given back.
    """

    kind: DocumentKind
    issuer: Seller | None
    seller: Seller
    currency: str
    language: str
    content: Content
    total: int
    taxes: Sequence[TaxRow] = ()
    taxed: Taxed | None = None
    sign: int = 1
    links: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tax(self) -> int:
        """All tax within the total."""
        return sum(row.tax for row in self.taxes)


def by_rate(rows: Iterable[TaxRow]) -> list[TaxRow]:
    """Add up ``rows`` of the same scheme and rate, the highest rate first."""
    sums: dict[tuple[TaxScheme, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        found = sums[row.scheme, row.rate_bp]
        found[0] += row.gross
        found[1] += row.tax
    return [
        TaxRow(scheme, rate, gross, tax)
        for (scheme, rate), (gross, tax) in sorted(sums.items(), key=lambda it: (-it[0][1], it[0]))
    ]


def content_hash(content: Content) -> str:
    """Return the SHA-256 of ``content`` written as JSON with sorted keys and no blanks, in UTF-8."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()

"""Which layout a table has: where its header stands, and whose it is."""

from dataclasses import dataclass

from catalog.importers.stock import amounts, columns
from catalog.importers.stock.row import StockFormat
from catalog.importers.stock.table import Cut, Layout
from catalog.importers.stock.tagged import HOMEBASE

# The 35 columns of ChrisLands, which have no header. What the last eight are for isn't written down.
CHRISLANDS = [
    "sku",
    "author",
    "title",
    "illustrator",
    "condition",
    "size",
    "jacket",
    "binding",
    "kind",
    "isbn",
    "publisher",
    "place",
    "date",
    "edition",
    "signed",
    "notes",
    "quantity",
    "price",
    "image",
    "category",
    "category",
    "category",
    "category",
    "category",
    "keywords",
    "keywords",
    "keywords",
] + [""] * 8
_SAMPLES = 5
HEADER_WITHIN = 15
_FIRST_IS = {
    StockFormat.ABEBOOKS: (frozenset(["listingid"]), frozenset(["bookcondition", "bindingtext", "sellercatalog1", "producttype", "booktype", "publishername"])),
    StockFormat.BOOKROUTER: (frozenset(["sku"]), frozenset(["placepub", "datepub", "jacketcond", "firsted"])),
    StockFormat.HOMEBASE3: (frozenset(["book", "bookid", "universalid", "ubid", "homebaseid"]), frozenset(["anam", "tnam", "universalid", "ubid", "pbls", "homebaseid"])),
}  # fmt: skip
_AMAZON = frozenset(
    [
        "adddelete",
        "productidtype",
        "itemcondition",
        "itemnote",
        "asin1",
        "sellersku",
        "händlersku",
        "skuvendeur",
        "skuvenditore",
        "skudelvendedor",
        "artikelidtyp",
        "typeidproduit",
        "出品者sku",
        "tipoidproducto",
        "itemnoteadddelete",
        "willshipinternationally",
        "fulfillmentcenterid",
        "fulfillmentchannel",
        "minimumsellerallowedprice",
        "conditiontype",
        "standardpricetype",
    ]
)


@dataclass(frozen=True, slots=True)
class Head:
    """A table's beginning understood: its ``skipped`` rows (the header is the last of them), if any."""

    kind: StockFormat
    header: list[str]
    fields: list[str]
    skipped: int


def understood(first: list[Cut], mapping: dict[str, str] | None, *, header: bool | None) -> Head:
    """Return what the first rows of a table say of it; without a header its columns have no names."""
    if not mapping and header is not True and _is_chrislands(first):
        # One more is ours: what was wrong, in a report that comes back.
        width = 36 if len(first[0][2]) == 36 else 35
        return Head(StockFormat.CHRISLANDS, [""] * width, [*CHRISLANDS, ""][:width], 0)
    at = _header_at(first, mapping) if header is not False else -1
    if at < 0 and (header is True or (header is None and first and _names_alone(first[0][2]))):
        at = 0
    width = max((len(cells) for _line, _raw, cells, _wrong in first[:50]), default=0)
    names = list(first[at][2]) if at >= 0 else [""] * min(width, columns.MOST)
    while len(names) > 1 and not names[-1].strip() and at >= 0:
        names.pop()
    names = names[: columns.MOST]
    return Head(_kind(names), names, columns.understood(names, mapping), at + 1)


def _header_at(first: list[Cut], mapping: dict[str, str] | None) -> int:
    """Return the row that names most columns, two at least; -1 when none does."""
    said = {columns.normal(key) for key in mapping or {} if not key.isdigit()}
    best, most = -1, 1
    for at, (_line, _raw, cells, _wrong) in enumerate(first[:HEADER_WITHIN]):
        known = sum(
            bool(columns.meaning(cell)) or columns.normal(cell) in said
            for cell in cells
            if 0 < len(cell) < 60
        )
        if known > most:
            best, most = at, known
    return best


def _names_alone(cells: list[str]) -> bool:
    """Whether a row has words alone, as a header has: no price, no year, no number of a copy."""
    return (
        bool(cells)
        and not any(any(c.isdigit() for c in cell) for cell in cells)
        and sum(bool(c.strip()) for c in cells) > 1
    )


def _is_chrislands(first: list[Cut]) -> bool:
    rows = [cells for _line, _raw, cells, _wrong in first if any(cells)][:50]
    right = [_in_chrislands(cells) for cells in rows]
    return bool(right) and right[0] and sum(right) * 2 > len(rows)


def _in_chrislands(cells: list[str]) -> bool:
    """Whether a row has 35 columns (36 with ours), with number, title and price where they belong."""
    if len(cells) not in {35, 36} or not cells[0].strip() or not cells[2].strip():
        return False
    return not amounts.price(cells[17].strip(), "GBP", ".").wrong


def _kind(header: list[str]) -> StockFormat:
    names = {columns.normal(cell) for cell in header}
    for kind, (first, others) in _FIRST_IS.items():
        if names & first and names & others:
            return kind
    if (
        len(
            {
                "bookcondition",
                "bindingtext",
                "sellercatalog1",
                "publishername",
                "jacketcondition",
                "abecategory",
            }
            & names
        )
        >= 3
    ):
        return StockFormat.ABEBOOKS
    if len({tag.casefold() for tag in HOMEBASE} & names) >= 4:
        return StockFormat.HOMEBASE3
    if names & {"statusdremove", "first1true"} or any(name.startswith("statusd") for name in names):
        return StockFormat.BIBLIO
    return StockFormat.AMAZON if len(names & _AMAZON) >= 2 or names & _LOADER else StockFormat.TABLE


_LOADER = frozenset(["adddelete", "productidtype", "itemcondition"])


def samples(first: list[Cut], position: int) -> tuple[str, ...]:
    """Return the first values of a column that are not empty."""
    found = (
        cells[position].strip()[:80]
        for _line, _raw, cells, _wrong in first
        if position < len(cells)
    )
    return tuple(value for value in found if value)[:_SAMPLES]


def decimal_sign(layout: Layout, first: list[Cut]) -> str:
    """Return the sign before the pence in the first prices of a table."""
    at = next((position for field, position in layout.pairs if field == "price"), None)
    if at is None:
        return ""
    return amounts.decimal_sign(
        [cells[at].strip() for _line, _raw, cells, _wrong in first if at < len(cells)]
    )

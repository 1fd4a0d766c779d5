"""What every writer of stock files takes: one copy, or pile of identical copies."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOut:
    """A listing as files have it. ``condition``, ``jacket`` and ``defects`` are values of
    catalog.constants, ``form`` is a code of list 150, ``language`` ISO 639-2/B, ``published`` a partial
    date; people are named as in an index ("Eliot, George"); ``images`` are addresses from https:// on.
    ``cost_minor`` and ``private_notes`` are the shop's own: only its own table (TABLE) and the formats
    of its own programs have them.
    """

    sku: str
    quantity: int
    price_minor: int
    currency: str = "GBP"
    cost_minor: int | None = None
    condition: str = ""
    jacket: str = ""
    defects: tuple[str, ...] = ()
    signed: bool = False
    inscribed: bool = False
    first_edition: bool = False
    print_on_demand: bool = False
    notes: str = ""
    private_notes: str = ""
    shelf: str = ""
    weight_g: int | None = None
    keywords: str = ""
    categories: tuple[str, ...] = ()
    edition_text: str = ""
    printing: str = ""
    images: tuple[str, ...] = ()
    title: str = ""
    subtitle: str = ""
    authors: tuple[str, ...] = ()
    illustrators: tuple[str, ...] = ()
    publisher: str = ""
    place: str = ""
    published: str = ""
    isbn13: str = ""
    form: str = ""
    series: str = ""
    series_number: str = ""
    language: str = ""
    pages: int | None = None

    @property
    def flags(self) -> frozenset[str]:
        """Everything that is so of this copy, by the names of catalog.importers.stock.words."""
        own = ("signed", "inscribed", "first_edition", "print_on_demand")
        return frozenset(self.defects) | {name for name in own if getattr(self, name)}

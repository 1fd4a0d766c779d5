"""A shop's stock file in UIEE as a program of the trade writes it, with damage, and the damage mended."""

from catalog.constants import IdentifierType
from catalog.models import Identifier

_HEADS = ("Bram", "Corr", "Dunn", "Esk", "Fenn", "Gorse", "Hallow", "Isk", "Keld", "Lorn")
_MIDDLES = ("a", "e", "i", "o", "u", "er", "an", "il", "or", "en")
_TAILS = ("wick", "more", "thwaite", "ford", "mouth", "ley", "by", "combe", "stow", "garth")
_THINGS = ("Lighthouse", "Orchard", "Ferry", "Quarry", "Chapel")
_FORENAMES = ("Ada", "Bede", "Clover", "Dorcas", "Enoch", "Flora", "Gwen", "Hob", "Ines", "Jago")
# What is wrong with every twentieth record, by turns, and what it should have said.
_DAMAGE = (("PR", "POA"), ("CN", "Rather nice"), ("PR", ""), ("TI", ""))
EVERY = 20


def place(number: int) -> str:
    """Return a made-up place; a thousand of them."""
    head, rest = divmod(number % 1000, 100)
    return _HEADS[head] + _MIDDLES[rest // 10] + _TAILS[rest % 10]


def title(number: int) -> str:
    """Return the title of a book that nobody has written; five thousand of them."""
    return f"The {_THINGS[number // 1000]} at {place(number)}"


def sku(number: int) -> str:
    """Return the shop's number of a copy."""
    return f"IVY-{number:05}"


def record(number: int, isbn: str = "") -> dict[str, str]:
    """Return a record as its tags, sound."""
    return {
        "UR": sku(number),
        "AA": f"{place(number * 7 + 3)}, {_FORENAMES[number % 10]}",
        "TI": title(number),
        "PU": "Harbour Press",
        "DP": str(1900 + number % 69),
        "BD": "Hardcover",
        "CN": ("Fine", "Very Good", "Good")[number % 3],
        "NT": "Previous owner’s name on the front free endpaper; a clean copy.",
        "PR": f"{5 + number % 40}.50",
        "CO": "1",
        "LO": f"A{number % 30}",
        **({"BN": isbn} if isbn else {}),
    }


def known_isbns(most: int = 10) -> list[tuple[str, str]]:
    """Return ISBNs of the catalogue, each with its title."""
    rows = Identifier.objects.filter(type=IdentifierType.ISBN13).select_related("edition")
    return [(row.value, row.edition.title) for row in rows.order_by("pk")[:most]]


def stock_file(rows: int) -> bytes:
    """Return a file of ``rows`` records: some that the catalogue knows, some damaged, most new to it."""
    known = known_isbns()
    records = []
    for number in range(rows):
        fields = record(number)
        if number and number <= len(known):
            isbn, name = known[number - 1]
            fields |= {"BN": isbn, "TI": name}
        if is_damaged(number):
            tag, value = _DAMAGE[number // EVERY % len(_DAMAGE)]
            fields[tag] = value
        records.append("\r\n".join(f"{tag}|{value}" for tag, value in fields.items()))
    return ("\r\n\r\n".join(records) + "\r\n").encode("cp1252")


def is_damaged(number: int) -> bool:
    """Whether a record of the file can't be taken as it is."""
    return number % EVERY == EVERY - 1


def mend(report: bytes) -> tuple[bytes, int]:
    """Put right what a report of errors complains about, as a shop's own program would.

    Returns the file, and how many records were mended. The lines that say what is wrong stay in: the
    next reading passes them over.
    """
    mended, count = [], 0
    for text in report.decode("cp1252").split("\r\n\r\n"):
        lines = [line.partition("|")[::2] for line in text.splitlines() if line]
        said = [value for tag, value in lines if tag == "ERROR"]
        if said:
            sound = record(int(dict(lines)["UR"].removeprefix("IVY-")))
            named = {tag for tag in sound if any(one.startswith(f"{tag}:") for one in said)}
            assert named, said
            lines = [(tag, sound[tag] if tag in named else value) for tag, value in lines]
            count += 1
        if lines:
            mended.append("\r\n".join(f"{tag}|{value}" for tag, value in lines))
    return ("\r\n\r\n".join(mended) + "\r\n").encode("cp1252"), count

"""Contributors: named in one of many ways, in one or several roles."""

import re

from catalog.importers import dates, names
from catalog.importers.onix import lists
from catalog.importers.onix.context import Context
from catalog.importers.onix.tags import Node
from catalog.importers.record import ContributorIn

# Unnamed persons (list 19) that stand on title pages; the others name nobody.
_UNNAMED = {"02": "Anonymous", "04": "Various"}
# Dates of birth and death: list 177 in 3.0, list 75 in 2.1.
_BORN, _DIED = frozenset(["50", "007"]), frozenset(["51", "008"])
_UNKNOWN_ROLE = "Z99"
_COMMA = re.compile(r",(?=\S)")
_ROLE_PARTS = re.compile(r"[\s,;/]+")


def read_people(context: Context) -> None:
    """Fill the contributors in their order, each once with all of its roles."""
    detail = context.block("DescriptiveDetail")
    found: dict[str, ContributorIn] = {}
    numbered = []
    for position, node in enumerate(detail.all("Contributor"), start=1):
        number = node.value("SequenceNumber")
        sequence = int(number) if number.isascii() and number.isdigit() else position
        numbered.append((min(sequence, 30_000), position, node))
    for sequence, _position, node in sorted(numbered, key=lambda row: row[:2]):
        person = _contributor(context, node, sequence)
        if person is None:
            continue
        known = found.get(person.name)
        if known:
            roles = tuple(dict.fromkeys([*known.roles, *person.roles]))
            found[person.name] = _with_roles(known, roles)
        else:
            found[person.name] = person
    context.record.contributors = list(found.values())
    context.record.contributor_statement = detail.value("ContributorStatement")[:500]


def _with_roles(person: ContributorIn, roles: tuple[str, ...]) -> ContributorIn:
    return ContributorIn(
        person.name, person.inverted, roles, person.sequence, person.other_names,
        person.corporate, person.born, person.died,
    )  # fmt: skip


def _contributor(context: Context, node: Node, sequence: int) -> ContributorIn | None:
    roles = _roles(context, node)
    name, inverted, corporate = named(node)
    if not name:
        unnamed = node.first("UnnamedPersons")
        name = inverted = _UNNAMED.get(unnamed.text, "") if unnamed else ""
        if not name:
            if unnamed is None:
                context.warn("contributor_unnamed", "Contributor", node, "A contributor without a name.",
                             "It was left out.")  # fmt: skip
            return None
        corporate = True
    if len(name) > names.LENGTH:
        context.warn("too_long", "PersonName", Node(node.element, name, {}),
                     "A name of more than 200 characters.", "It was cut.")  # fmt: skip
    born, died = _years(node)
    return ContributorIn(
        name=name[: names.LENGTH],
        inverted=inverted[: names.LENGTH],
        roles=roles,
        sequence=sequence,
        other_names=_other_names(node, name),
        corporate=corporate,
        born=born,
        died=died,
    )


def _roles(context: Context, node: Node) -> tuple[str, ...]:
    roles: list[str] = []
    for role in node.all("ContributorRole"):
        for code in _ROLE_PARTS.split(role.text.upper()):
            if lists.ROLE.fullmatch(code):
                roles.append(code)
            elif code:
                short = len(code) == 3
                context.warn(
                    "code_unknown", "ContributorRole", role, "A role that list 17 does not have.",
                    "It was kept as it came." if short else "The part was taken as “other”.",
                )  # fmt: skip
                roles.append(code if short else _UNKNOWN_ROLE)
    if not roles:
        context.warn("role_missing", "ContributorRole", node, "A contributor without a role.",
                     "Taken as the author.")  # fmt: skip
        return ("A01",)
    return tuple(dict.fromkeys(roles))


def named(node: Node) -> tuple[str, str, bool]:
    """Return a name as read and as filed, and whether it is a body's."""
    if body := node.value("CorporateName", "CorporateNameInverted"):
        return body, node.value("CorporateNameInverted") or body, True
    parts = _structured(node)
    plain, inverted = node.value("PersonName"), node.value("PersonNameInverted")
    if not plain and not inverted and not parts:
        # 2.1 wraps other names of one person into <Name>; some feeds the only one.
        inner = node.first("Name")
        return named(inner) if inner else ("", "", False)
    if "," in plain and not inverted and not parts and plain.count(",") == 1:
        turned = names.natural(plain)
        if turned != plain and not names.looks_corporate(plain):
            plain, inverted = turned, plain
    inverted = _COMMA.sub(", ", inverted)
    filed = inverted or (parts[1] if parts else "") or names.invert(plain)
    if plain:
        return plain, filed, False
    # A lone key ("Barrett") says less than the whole inverted name beside it.
    if parts and ("," in parts[1] or "," not in inverted):
        return parts[0], filed, False
    return names.natural(inverted), filed, False


def _structured(node: Node) -> tuple[str, str] | None:
    """Return a name made of its parts (titles, names before the key, prefix, key, suffix)."""
    key = node.value("KeyNames")
    if not key:
        return None
    before, prefix = node.value("NamesBeforeKey"), node.value("PrefixToKey")
    after, suffix = node.value("NamesAfterKey"), node.value("SuffixToKey")
    title = node.value("TitlesBeforeNames")
    gap = "" if prefix.endswith(("’", "'")) else " "
    whole_key = f"{prefix}{gap}{key}" if prefix else key
    read = " ".join(part for part in (title, before, whole_key, after) if part)
    given = " ".join(part for part in (before, prefix) if part)
    filed = ", ".join(
        part for part in (" ".join(p for p in (key, after) if p), given, suffix) if part
    )
    return (f"{read}, {suffix}" if suffix else read), filed


def _other_names(node: Node, name: str) -> tuple[str, ...]:
    found = []
    for other in [*node.all("AlternativeName"), *node.all("Name")]:
        read, _filed, _body = named(other)
        found.append(read[: names.LENGTH])
    return tuple(one for one in dict.fromkeys(found) if one and one != name)


def _years(node: Node) -> tuple[int | None, int | None]:
    born = died = None
    for date in node.all("ContributorDate"):
        born, died = _year(date, "ContributorDateRole", born, died)
    for date in node.all("PersonDate"):
        born, died = _year(date, "PersonDateRole", born, died)
    return born, died


def _year(
    date: Node, role_name: str, born: int | None, died: int | None
) -> tuple[int | None, int | None]:
    value = date.first("Date")
    if value is None:
        return born, died
    form = value.element.get("dateformat") or date.value("DateFormat")
    year = dates.year_of(dates.onix(value.text, form))
    role = date.value(role_name)
    return (year if role in _BORN else born), (year if role in _DIED else died)

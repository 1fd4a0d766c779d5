"""People and bodies of a MARC record: 100, 110, 111, 700, 710, 711, with their other scripts."""

import re

from catalog.importers import names
from catalog.importers.marc import relators
from catalog.importers.marc.punctuation import strip_isbd
from catalog.importers.marc.structure import Field, MarcRecord
from catalog.importers.problems import Problems
from catalog.importers.record import ContributorIn
from catalog.importers.text import clean

_TAGS = ("100", "110", "111", "700", "710", "711")
_STATEMENT_PARTS = re.compile(r"\s*[;/]\s*|\.\s+(?=[A-Z\[])")


def read_people(
    marc: MarcRecord, scripts: dict[tuple[str, str], list[Field]], problems: Problems
) -> list[ContributorIn]:
    """Return the contributors, each once, with the names that 880 pairs with theirs."""
    title = marc.first("245")
    statement = clean(title.get("c")) if title else ""
    found: dict[str, ContributorIn] = {}
    for field in sorted(marc.all(*_TAGS), key=lambda f: f.tag[0] != "1"):
        # With a title ($t) the field names another work, not a part in this one.
        if field.get("t") or _no_part(field):
            continue
        other = scripts.get((field.tag, field.get("6")[4:6]), []) if field.get("6") else []
        person = _person(field, other, statement, len(found) + 1, problems)
        if person and person.name not in found:
            found[person.name] = person
        elif person:
            known = found[person.name]
            roles = tuple(dict.fromkeys([*known.roles, *person.roles]))
            found[person.name] = ContributorIn(
                known.name, known.inverted, roles, known.sequence, known.other_names,
                known.corporate, known.born, known.died,
            )  # fmt: skip
    return list(found.values())


def _no_part(field: Field) -> bool:
    codes = [code.rpartition("/")[2].lower() for code in field.all("4")]
    terms = field.all("e")
    if any(relators.of_code(code) for code in codes):
        return False
    return any(code in relators.NOT_PARTS for code in codes) or (
        bool(terms) and all(relators.no_part(term) for term in terms)
    )


def _person(
    field: Field, others: list[Field], statement: str, sequence: int, problems: Problems
) -> ContributorIn | None:
    corporate = field.tag[1:] in {"10", "11"}
    filed, born, died = _name(field, corporate=corporate)
    if not filed:
        return None
    name = filed if corporate or field.first == "0" else names.natural(filed)
    aliases: list[str] = []
    for other in others:
        alias, *_years = _name(other, corporate=corporate)
        is_latin = names.script_of(alias) == "LATIN"
        aliases.append(names.natural(alias) if is_latin and not corporate else alias)
    if fuller := clean(field.get("q")).strip("(), "):
        surname = filed.partition(",")[0]
        aliases.append(f"{fuller} {surname}" if not corporate else "")
    return ContributorIn(
        name=name[: names.LENGTH],
        inverted=filed[: names.LENGTH],
        roles=_roles(field, filed, statement, problems),
        sequence=sequence,
        other_names=tuple(a[: names.LENGTH] for a in dict.fromkeys(aliases) if a and a != name),
        corporate=corporate,
        born=born,
        died=died,
    )


def _name(field: Field, *, corporate: bool) -> tuple[str, int | None, int | None]:
    if corporate:
        parts = [strip_isbd(clean(part)) for part in field.all("abn")]
        return ". ".join(part for part in parts if part), None, None
    filed = strip_isbd(clean(field.get("a")))
    number = strip_isbd(clean(field.get("b")))
    suffix = strip_isbd(clean(field.get("c")))
    if number:
        filed = f"{filed} {number}"
    if suffix and re.fullmatch(r"(?:Jr|Sr|I{2,3}|IV)\.?", suffix):
        filed = f"{filed}, {suffix}"
    _bare, born, died = names.split_dates(f"x, {strip_isbd(clean(field.get('d')))}")
    return filed, born, died


def _roles(field: Field, filed: str, statement: str, problems: Problems) -> tuple[str, ...]:
    codes = [relators.of_code(code) for code in field.all("4")]
    roles = [role for role in codes if role]
    terms = field.all("j") if field.tag.endswith("11") else field.all("e")
    if not roles:
        for term in terms:
            role = relators.of_term(clean(term))
            if not role:
                problems.warn("role_unknown", f"{field.tag} $e", term, "A relator without a role of list 17.",
                              remedy="Taken as “other”.")  # fmt: skip
            roles.append(role or "Z99")
    if not roles:
        roles = [_from_statement(field, filed, statement)]
    return tuple(dict.fromkeys(roles))


def _from_statement(field: Field, filed: str, statement: str) -> str:
    """Return the role that the statement of responsibility gives: "translated by Constance Garnett"."""
    surname = filed.partition(",")[0].casefold()
    for position, part in enumerate(_STATEMENT_PARTS.split(statement)):
        if surname and surname in part.casefold():
            before = part.casefold().partition(surname)[0]
            return relators.of_term(before) or ("A01" if position == 0 else "Z99")
    return "A01" if field.tag.startswith("1") else "Z99"

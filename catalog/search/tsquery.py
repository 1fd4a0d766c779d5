"""Text of PostgreSQL's tsquery, taken apart: as ``catalog.search.attempts`` writes it."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"'((?:[^']|'')*)'(?::([*A-D]+))?|(<->)|([&|!()])")


@dataclass(frozen=True, slots=True)
class Word:
    """A lexeme, wherever it may stand."""

    lexeme: str


@dataclass(frozen=True, slots=True)
class And:
    """All parts, side by side or not."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of the parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Anything without the part."""

    part: "Node"


Node = Word | And | Or | Not


def parsed(query: str) -> Node:
    """Return ``query`` as a tree; ``&`` binds closer than ``|``, ``<->`` closest.

    Raises:
        ValueError: not a query of quoted lexemes, operators and brackets.
    """
    tokens = [found.group() for found in _TOKEN.finditer(query)]
    if "".join(tokens) != re.sub(r"\s+", "", query):
        raise ValueError(query)
    tree, rest = _either(tokens)
    if rest:
        raise ValueError(query)
    return tree


def _either(tokens: list[str]) -> tuple[Node, list[str]]:
    first, rest = _both(tokens)
    parts = [first]
    while rest[:1] == ["|"]:
        part, rest = _both(rest[1:])
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Or(tuple(parts))), rest


def _both(tokens: list[str]) -> tuple[Node, list[str]]:
    first, rest = _one(tokens)
    parts = [first]
    while rest[:1] in (["&"], ["<->"]):
        part, rest = _one(rest[1:])
        parts.append(part)
    return (parts[0] if len(parts) == 1 else And(tuple(parts))), rest


def _one(tokens: list[str]) -> tuple[Node, list[str]]:
    if not tokens:
        raise ValueError("the query ends too soon")
    first, rest = tokens[0], tokens[1:]
    if first == "!":
        part, rest = _one(rest)
        return Not(part), rest
    if first == "(":
        tree, rest = _either(rest)
        if rest[:1] != [")"]:
            raise ValueError("a bracket stays open")
        return tree, rest[1:]
    found = _TOKEN.fullmatch(first)
    if found is None or found[1] is None or "*" in (found[2] or ""):
        raise ValueError(first)
    return Word(found[1].replace("''", "'")), rest

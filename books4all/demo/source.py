"""What the demo is made from: its data files, its dice, its slugs."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from books4all.lib.text import slug_for

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Source:
    """All the demo is made from. Keys are those of the data files."""

    people: dict[str, dict[str, Any]]
    works: dict[str, dict[str, Any]]
    shops: list[dict[str, Any]]
    applicants: list[dict[str, Any]]
    voices: dict[str, Any]
    scale: float = field(default=1.0)


def dice(*names: object) -> Random:
    """Return a stream of choices that is the same for the same names, on every machine."""
    return Random("books4all:" + ":".join(str(name) for name in names))  # noqa: S311 not a secret


def unique_slugs() -> Callable[..., str]:
    """Return a function that makes slugs, each only once."""
    taken: set[str] = set()

    def unique(*parts: str, fallback: str) -> str:
        base = slug_for(*parts, fallback=fallback)
        slug, n = base, 2
        while slug in taken:
            slug, n = f"{base}-{n}", n + 1
        taken.add(slug)
        return slug

    return unique


def _tables(prefix: str, table: str) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for path in sorted(DATA.glob(f"{prefix}_*.toml")):
        for row in tomllib.loads(path.read_text(encoding="utf-8"))[table]:
            # A person who wrote one book and translated another is in two files; the first counts.
            rows.setdefault(row["key"], row)
    return rows


def read(works: int | None = None) -> Source:
    """Read the data files; with ``works``, only so many of the books (for tests)."""
    all_works = _tables("works", "work")
    keys = list(all_works)
    if works is not None and works < len(keys):
        keys = sorted(dice("sample").sample(keys, works))
    shops = tomllib.loads((DATA / "shops.toml").read_text(encoding="utf-8"))
    return Source(
        people=_tables("people", "person"),
        works={key: all_works[key] for key in keys},
        shops=shops["shop"],
        applicants=shops["applicant"],
        voices=tomllib.loads((DATA / "voices.toml").read_text(encoding="utf-8")),
        scale=len(keys) / len(all_works),
    )

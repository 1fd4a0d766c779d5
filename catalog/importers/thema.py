"""Thema codes: what their own structure says, without a heading of EDItEUR's.

A code's parent is the code without its last sign; national extensions ("1DDU-GB-NT") hang under the
code they extend. Codes that begin with a figure are qualifiers, each kind a scheme of list 27.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from catalog.importers.problems import refused

SUBJECT = "93"
# By first figure: place, language, time, education, interest and age, style.
_QUALIFIERS = {"1": "94", "2": "95", "3": "96", "4": "97", "5": "98", "6": "99"}
_CODE = re.compile(r"[A-Z1-6][A-Z0-9]{0,9}(?:-[A-Z]{2}(?:-[A-Z0-9]{1,6})?)?")
SIZE_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ThemaCode:
    """A code of a file with its heading."""

    code: str
    heading: str
    parent: str = ""


def normal(code: object) -> str:
    """Return a code as text: spreadsheets and JSON make numbers of "1" to "6"."""
    return str(code).strip().upper().removesuffix(".0").rstrip("-")


def is_code(code: str) -> bool:
    """Whether a text has the shape of a Thema code."""
    return _CODE.fullmatch(code) is not None


def scheme_of(code: str) -> str:
    """Return the scheme (list 27): 93 for subjects, 94 to 99 for the kinds of qualifier."""
    return _QUALIFIERS.get(code[:1], SUBJECT)


def parent_of(code: str) -> str:
    """Return the code above by structure; empty for the top. It need not exist: see ``ancestors``."""
    base, _, rest = code.partition("-")
    if rest:
        country, _, extension = rest.partition("-")
        if len(extension) > 1:
            return f"{base}-{country}-{extension[:-1]}"
        return f"{base}-{country}" if extension else base
    return base[:-1]


def ancestors(code: str) -> Iterator[str]:
    """Yield the codes above, nearest first: the first one that exists is the parent."""
    while code := parent_of(code):
        yield code


def read_codes(stream: BinaryIO) -> list[ThemaCode]:
    """Return the codes in EDItEUR's JSON or in a CSV with "code", "heading" and maybe "parent".

    Raises RefusedFileError for anything else.
    """
    data = b""
    while len(data) < SIZE_LIMIT and (more := stream.read(SIZE_LIMIT - len(data))):
        data += more
    try:
        text = data.decode("utf-8-sig")
        found = list(_of_json(text) if text.lstrip().startswith(("{", "[")) else _of_csv(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        raise _not_thema(str(error)) from error
    if not found:
        raise _not_thema("no code was found")
    return found


def _of_json(text: str) -> Iterator[ThemaCode]:
    data = json.loads(text)
    rows = data["CodeList"]["ThemaCodes"]["Code"] if isinstance(data, dict) else data
    for row in rows:
        code = normal(row["CodeValue"])
        if is_code(code):
            yield ThemaCode(
                code, str(row["CodeDescription"]).strip(), normal(row.get("CodeParent") or "")
            )


def _of_csv(text: str) -> Iterator[ThemaCode]:
    for row in csv.DictReader(io.StringIO(text)):
        named = {key.strip().casefold(): value or "" for key, value in row.items() if key}
        code = normal(named["code"])
        if is_code(code):
            yield ThemaCode(code, named["heading"].strip(), normal(named.get("parent", "")))


def _not_thema(reason: str) -> Exception:
    return refused(
        "not_thema",
        f"The file has no Thema codes as EDItEUR gives them: {reason}.",
        remedy="Download the JSON of Thema in your language, or a CSV with code and heading.",
    )

"""Records of MARC 21 taken apart: leader, control fields, fields with their subfields."""

import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from pymarc.marc8 import MARC8ToUnicode

from catalog.importers.problems import Problems, refused

RECORD_END, FIELD_END, SUBFIELD = b"\x1d", b"\x1e", b"\x1f"
LEADER, ENTRY = 24, 12
CHUNK = 64 * 1024
# ISO 2709 has five figures for the length; some senders write more, none this much.
RECORD_LIMIT = 2 * 1024 * 1024
# What editors and transfers leave between records and behind the last.
_BETWEEN = b"\r\n\x00 \x1a"
_ESCAPE = b"\x1b"


@dataclass(slots=True)
class Field:
    """A variable field: tag, two indicators, subfields in their order."""

    tag: str
    first: str
    second: str
    subfields: list[tuple[str, str]]

    def get(self, code: str) -> str:
        """Return the first subfield of a code."""
        return next((value for found, value in self.subfields if found == code and value), "")

    def all(self, codes: str) -> list[str]:
        """Return all subfields of any of the codes, in their order."""
        return [value for found, value in self.subfields if found in codes and value]


@dataclass(slots=True)
class MarcRecord:
    """A record of MARC 21."""

    leader: str = " " * LEADER
    control: dict[str, str] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)

    def all(self, *tags: str) -> list[Field]:
        """Return the fields of these tags, in the order of the record."""
        return [one for one in self.fields if one.tag in tags]

    def first(self, *tags: str) -> Field | None:
        """Return the first field of the first of these tags that is there."""
        for tag in tags:
            for one in self.fields:
                if one.tag == tag:
                    return one
        return None


def raw_records(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of one record after the other, told apart by their terminator.

    The length in the leader is not believed: a wrong one would lose the rest of the file. Raises
    RefusedFileError where no record ends, and when the file is no MARC at all.
    """
    held, begun = b"", False
    while chunk := stream.read(CHUNK):
        *whole, held = (held + chunk).split(RECORD_END)
        for raw in (one.lstrip(_BETWEEN) for one in whole):
            if raw:
                begun = begun or _begins(raw)
                yield raw
        if not begun and len(held) > LEADER:
            begun = _begins(held.lstrip(_BETWEEN))
        if len(held) > RECORD_LIMIT:
            raise refused("record_too_large", "No record of MARC ends within 2 MB.",
                          remedy="Check that the file is what it should be.")  # fmt: skip
    rest = held.strip(_BETWEEN)
    if rest and not begun:
        _begins(rest)
    if rest:
        raise refused("truncated", "The file ends inside a record: it was cut off.",
                      remedy="Send the whole file again. What was read before stands.")  # fmt: skip


def _begins(raw: bytes) -> bool:
    if raw[:5].isdigit() and len(raw) >= LEADER:
        return True
    raise refused(
        "not_marc",
        "The file does not begin with a record of MARC 21.",
        remedy="Send MARC 21 (ISO 2709) or MARCXML.",
        value=raw[:40].decode("latin-1"),
    )


def parse(raw: bytes, problems: Problems) -> MarcRecord:
    """Return a record of its bytes, as far as they make sense; report what does not."""
    leader = raw[:LEADER].decode("latin-1")
    record = MarcRecord(leader)
    decode = _decoder(raw, leader, problems)
    for tag, data in _directory(raw, problems):
        if tag < "010" and tag.startswith("00"):
            record.control.setdefault(tag, decode(data.rstrip(FIELD_END)))
        elif len(data) > 2:
            record.fields.append(_field(tag, data, decode))
    if not record.fields:
        problems.fail("marc_broken", "leader", leader, "Nothing in this record can be read.")
    return record


def _directory(raw: bytes, problems: Problems) -> list[tuple[str, bytes]]:
    """Return tags with the bytes of their fields, by the directory where it tells the truth."""
    end = raw.find(FIELD_END, LEADER)
    if end < 0:
        return []
    entries = [raw[at : at + ENTRY] for at in range(LEADER, end - ENTRY + 1, ENTRY)]
    tags = [entry[:3].decode("latin-1") for entry in entries]
    base = raw[12:17]
    if base.isdigit() and all(entry[3:].isdigit() for entry in entries):
        found = [
            raw[int(base) + int(e[7:12]) : int(base) + int(e[7:12]) + int(e[3:7])] for e in entries
        ]
        if all(data.endswith(FIELD_END) and data.count(FIELD_END) == 1 for data in found):
            return list(zip(tags, found, strict=True))
    problems.warn("marc_directory", "directory", base.decode("latin-1"),
                  "The directory of the record does not fit its fields.",
                  remedy="The fields were taken in their order.")  # fmt: skip
    return list(zip(tags, raw[end + 1 :].split(FIELD_END), strict=False))


def _field(tag: str, data: bytes, decode: Any) -> Field:
    head, *parts = data.rstrip(FIELD_END).split(SUBFIELD)
    indicators = head.decode("latin-1").ljust(2)
    subfields = [(part[:1].decode("latin-1"), decode(part[1:])) for part in parts if part]
    return Field(tag, indicators[0], indicators[1], subfields)


def _decoder(raw: bytes, leader: str, problems: Problems) -> Any:
    """Return how the bytes become text: UTF-8 as the leader says or the bytes show, else MARC-8."""
    if raw.isascii() and _ESCAPE not in raw:
        return lambda data: data.decode("ascii")
    try:
        raw.decode("utf-8")
        is_utf8 = True
    except UnicodeDecodeError:
        is_utf8 = False
    claims_utf8 = leader[9:10] == "a"
    if is_utf8 and _ESCAPE not in raw:
        if not claims_utf8:
            problems.warn("encoding_declaration", "leader/09", leader[9:10],
                          "The leader says MARC-8, but the record is UTF-8.",
                          remedy="It was read as UTF-8.")  # fmt: skip
        return lambda data: unicodedata.normalize("NFC", data.decode("utf-8", "replace"))
    if claims_utf8:
        problems.warn("encoding_declaration", "leader/09", "a",
                      "The leader says UTF-8, but the bytes are not.",
                      remedy="It was read as MARC-8; check the accents.")  # fmt: skip
    return lambda data: _marc8(data, problems)


def _marc8(data: bytes, problems: Problems) -> str:
    if data.isascii() and _ESCAPE not in data:
        return data.decode("ascii")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            translated = MARC8ToUnicode(quiet=True).translate(data)  # type: ignore[no-untyped-call]
            return unicodedata.normalize("NFC", str(translated))
    except Exception:
        problems.warn("encoding_broken", "", data.decode("latin-1"),
                      "These bytes are not MARC-8.", remedy="They were read as Latin-1.")  # fmt: skip
        return data.decode("latin-1")


def from_xml(element: Any) -> MarcRecord:
    """Return a record of MARCXML."""
    record = MarcRecord()
    for child in element:
        name = str(child.tag).rpartition("}")[2]
        if name == "leader":
            record.leader = (child.text or "").ljust(LEADER)
        elif name == "controlfield":
            record.control.setdefault(child.get("tag") or "", child.text or "")
        elif name == "datafield":
            record.fields.append(
                Field(
                    child.get("tag") or "",
                    child.get("ind1") or " ",
                    child.get("ind2") or " ",
                    [
                        ((sub.get("code") or " ")[:1], unicodedata.normalize("NFC", sub.text or ""))
                        for sub in child
                    ],
                )
            )
    return record

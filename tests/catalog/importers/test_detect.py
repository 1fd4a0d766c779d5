"""Files told by what is in them, packed or not."""

import gzip
import io
import zipfile
import zlib
from typing import BinaryIO

import pytest

from catalog.importers.detect import Kind, kind_of, open_source, read
from catalog.importers.record import RefusedFileError
from tests.catalog.importers.onix_files import FULL, message

ONIX = message(FULL).encode()


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (ONIX, Kind.ONIX), (b"\xef\xbb\xbf" + ONIX, Kind.ONIX), (ONIX.decode().encode("utf-16"), Kind.ONIX),
        (b"<!-- x --><!DOCTYPE y SYSTEM 'z'><ONIXmessage>", Kind.ONIX), (b"<Product>", Kind.ONIX),
        (b"<marc:collection xmlns:marc='x'>", Kind.MARCXML), (b"<record>", Kind.MARCXML),
        (b"00663nam a2200229Ia 4500001000900000\x1eabc\x1e\x1d", Kind.MARC), (b"title,isbn\n", Kind.TABLE),
        (b"12345,title\n", Kind.TABLE), ("title\n".encode("utf-16"), Kind.TABLE),
    ],
)  # fmt: skip
def test_kinds(head: bytes, kind: Kind) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    "head",
    [b"", b"%PDF-1.7", b"\x89PNG\r\n", b'{"a": 1}', b"<html>", b"\x00\x01\x02\x03", b"BZh91AY"],
)
def test_other_files_are_refused(head: bytes) -> None:
    with pytest.raises(RefusedFileError):
        kind_of(head)


@pytest.mark.parametrize(
    "data",
    [ONIX, gzip.compress(ONIX), gzip.compress(ONIX[:900]) + gzip.compress(ONIX[900:]) + b"\0\0",
     zipped(feed__xml=ONIX, cover__jpg=b"x", readme__pdf=b"y")],
    ids=["plain", "gzip", "two members", "zip"],
)  # fmt: skip
def test_packed_files(data: bytes) -> None:
    source = open_source(io.BytesIO(data))
    assert [book.title for book in source.records()] == ["The Lantern Makers"]
    assert source.taken == len(data)
    source.close()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gzip.compress(ONIX)[:-30], "packed_damaged"), (gzip.compress(gzip.compress(ONIX)), "packed_twice"),
        (zipped(a__xml=ONIX, b__xml=ONIX), "zip_members"), (zipped(), "packed_damaged"),
        (zipped(**{"[Content_Types]__xml": b"x"}), "spreadsheet"), (b"PK\x03\x04rest", "packed_damaged"),
        (b"\x1f\x8b\x08nonsense", "packed_damaged"),
    ],
)  # fmt: skip
def test_packed_files_that_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(RefusedFileError) as caught:
        list(read(io.BytesIO(data)))
    assert (
        caught.value.problem.code in {code, "format_unknown"}
        if code == "packed_damaged"
        else caught.value.problem.code == code
    )


@pytest.mark.parametrize("pack", ["gzip", "zip"])
def test_bombs_are_refused_early(pack: str) -> None:
    spaces = b" " * (1024 * 1024)
    if pack == "gzip":
        squeeze = zlib.compressobj(9, wbits=31)
        data = (
            squeeze.compress(b"<ONIXMessage>")
            + b"".join(squeeze.compress(spaces) for _ in range(40))
            + squeeze.flush()
        )
    else:
        data = zipped(feed__xml=b"<ONIXMessage>" + spaces * 40)
    assert len(data) < 200_000
    with pytest.raises(RefusedFileError) as caught:
        list(read(io.BytesIO(data)))
    assert caught.value.problem.code in {"packed_bomb", "record_too_large", "limits"}


def drained(stream: BinaryIO) -> None:
    while stream.read(1024 * 1024):
        pass


def test_a_bomb_of_rows_is_refused() -> None:
    source = open_source(io.BytesIO(gzip.compress(b"title\n" + b"x\n" * 20_000_000, 9)))
    with pytest.raises(RefusedFileError) as caught:
        drained(source.stream)
    assert caught.value.problem.code == "packed_bomb"

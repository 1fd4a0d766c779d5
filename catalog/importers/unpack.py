"""Packed files opened as they come: gzip, and zip with one file of data in it. Bombs are refused."""

import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from catalog.importers.problems import refused
from catalog.importers.record import RefusedFileError

# Feeds shrink to a tenth, the most repetitive to a sixtieth. Bombs shrink to a thousandth.
RATIO_LIMIT = 200
RATIO_COUNTS_FROM = 32 * 1024 * 1024
SIZE_LIMIT = 16 * 1024 * 1024 * 1024
CHUNK = 64 * 1024
_IN_MEMORY = 8 * 1024 * 1024
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
_OFFICE = "[Content_Types].xml"
# What lies beside the data in a zip and is none.
_BESIDE = (".jpg", ".jpeg", ".png", ".gif", ".pdf", ".tif", ".tiff", ".md5", ".dtd", ".xsd", ".rng")


class Counted(io.RawIOBase):
    """A stream with its first bytes looked at, that counts what was taken from it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._ahead = b""
        self.taken = 0

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes (fewer at the end) and leave them there."""
        while len(self._ahead) < size and (more := self._stream.read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead[:size]

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes; nothing at the end."""
        if self._ahead:
            data = self._ahead if size < 0 else self._ahead[:size]
            self._ahead = self._ahead[len(data) :]
        else:
            data = self._stream.read(size)
        self.taken += len(data)
        return data


class _Guarded(io.RawIOBase):
    """What comes out of a packed file, measured against what went in."""

    def __init__(
        self,
        read: Callable[[int], bytes],
        taken: Callable[[], int],
        closed: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._read, self._taken, self._closed = read, taken, closed
        self._given, self._over = 0, False

    def close(self) -> None:
        """Give up the copy on disk; called with the last reference at the latest."""
        self._closed()
        super().close()

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes. Raises RefusedFileError for a bomb and for damage."""
        if self._over:
            return b""
        try:
            data = self._read(CHUNK if size < 0 else size)
        except (
            zlib.error,
            EOFError,
            OSError,
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
        ) as error:
            self._closed()
            raise refused(
                "packed_damaged", f"The packed file is damaged or encrypted: {error}.",
                remedy="Pack it again. What was read before stands.",
            ) from error  # fmt: skip
        if not data:
            self._over = True
            self._closed()
        self._given += len(data)
        suspicious = self._given > RATIO_COUNTS_FROM
        if self._given > SIZE_LIMIT or (
            suspicious and self._given > RATIO_LIMIT * max(self._taken(), 1)
        ):
            self._closed()
            raise refused(
                "packed_bomb",
                f"The packed file grows to more than {RATIO_LIMIT} times its size: it is made to fill "
                "a disk, and was not read on.",
                remedy="Send the file unpacked if it is what it seems.",
            )
        return data


class _Gunzip:
    """Unpacks gzip chunk by chunk, several members one behind the other too."""

    def __init__(self, source: Counted) -> None:
        self._source = source
        self._unzip = zlib.decompressobj(wbits=31)
        self._pending = b""
        self._over = False

    def read(self, size: int) -> bytes:
        """Return at most ``size`` unpacked bytes."""
        while not self._over:
            raw = self._pending or self._source.read(CHUNK)
            if not raw and not self._unzip.eof:
                raise EOFError("it ends too early")
            data = self._unzip.decompress(raw, size)
            self._pending = self._unzip.unconsumed_tail
            if self._unzip.eof:
                self._next_member()
            if data:
                return data
        return b""

    def _next_member(self) -> None:
        rest = self._unzip.unused_data or self._source.read(CHUNK)
        # Zeros behind the last member are padding.
        rest = rest.lstrip(b"\x00")
        if not rest.startswith(GZIP[:1]):
            self._over = True
            return
        self._pending, self._unzip = rest, zlib.decompressobj(wbits=31)


def unpacked(source: Counted) -> BinaryIO:
    """Return the data of a packed file, or the file itself when it is not packed."""
    magic = source.peek(4)
    if magic.startswith(GZIP):
        return cast("BinaryIO", _Guarded(_Gunzip(source).read, lambda: source.taken))
    if magic.startswith(ZIP):
        return _of_zip(source)
    return cast("BinaryIO", source)


def _of_zip(source: Counted) -> BinaryIO:
    """Return the one file of data in a zip, which must be read from its end: it waits on disk."""
    copy: Any = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - lives as long as the stream
    while data := source.read(CHUNK):
        copy.write(data)
    copy.seek(0)
    try:
        archive = zipfile.ZipFile(copy)
        member = _only_member(archive)
        opened = archive.open(member)
    except RefusedFileError:
        copy.close()
        raise
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        copy.close()
        raise refused(
            "packed_damaged", f"The zip can’t be opened: {error}.",
            remedy="Pack the file again, without a password.",
        ) from error  # fmt: skip
    size = max(member.compress_size, 1)
    return cast("BinaryIO", _Guarded(opened.read, lambda: min(size, source.taken), copy.close))


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    names = [member.filename for member in members]
    if _OFFICE in names:
        raise refused("spreadsheet", "The file is a workbook of a spreadsheet or an office document.",
                      remedy="Save the table as CSV.")  # fmt: skip
    data = [
        member
        for member in members[:10_000]
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX")
        and not member.filename.rpartition("/")[2].startswith(".")
        and not member.filename.lower().endswith(_BESIDE)
    ]
    if len(data) != 1:
        raise refused(
            "zip_members",
            "The zip is empty." if not data else f"The zip has {len(data)} files of data in it.",
            remedy="Send one file at a time.",
            value=", ".join(member.filename for member in data[:5]),
        )
    return data[0]

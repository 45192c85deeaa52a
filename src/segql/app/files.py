"""Files of rows: opened, their format and encoding made out, the header of a CSV read."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from attrs import field, frozen

from segql.app.csv_rows import Cells, csv_rows
from segql.app.jsonl_rows import Fields, jsonl_rows
from segql.app.lines import MAX_LINE, Bad
from segql.model.errors import Broken, Refused

SNIFFED: Final = 256 * 1024
"""Bytes that are looked at before anything is read, for what is wrong with a whole file."""

Row: TypeAlias = tuple[int, int, Cells | Fields]
"""The line that a row begins on, how many characters it takes, and its cells or its object."""

_FORMATS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
_FOREIGN: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
)


@frozen
class Source:
    """An open file of rows. `header` is None for JSONL."""

    name: str
    format: str
    delimiter: str
    header: tuple[str, ...] | None
    size: int | None
    """Bytes in all, where the file tells."""
    binary: BinaryIO = field(repr=False)
    text: TextIOWrapper = field(repr=False)

    def rows(self) -> Iterator[Row | Bad]:
        """The rows after the header; blank lines are none."""
        if self.header is None:
            return jsonl_rows(self.text)
        return csv_rows(self.text, self.delimiter, len(self.header))

    @property
    def read_bytes(self) -> int | None:
        """How far the file has been read, a little ahead of the rows; None for a pipe."""
        return None if self.size is None else self.binary.tell()


def open_source(
    file: Path | BinaryIO, *, name: str, format: str | None = None, delimiter: str | None = None
) -> Source:
    """Open a CSV or JSONL file, or a binary stream, and read the header.

    The format follows the name's ending unless given, else the first character. Raises `Refused`
    for a file that cannot be opened, is empty, or is no UTF-8 within its first part.
    """
    binary = _opened(file) if isinstance(file, Path) else file
    try:
        head = _head(binary, name)
        chosen = format or _FORMATS.get(Path(name).suffix.lower()) or _guessed(head)
        size = _size(binary)
        text = TextIOWrapper(
            binary,
            encoding="utf-8-sig",
            errors="surrogateescape",
            newline="" if chosen == "csv" else "\n",
        )
        header = None
        delimiter = _delimiter(delimiter, name)
        if chosen == "csv":
            header = _header(text, name, delimiter)
        elif head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"[":
            raise Refused(
                f"`{name}` is a JSON array, one object on each line is expected",
                code="not-jsonl",
                hint=f"convert it with `jq -c '.[]' {name}`",
            )
        return Source(name, chosen, delimiter, header, size, binary, text)
    except BaseException:
        if isinstance(file, Path):
            binary.close()
        raise


def _delimiter(given: str | None, name: str) -> str:
    if given is None:
        return "\t" if name.lower().endswith(".tsv") else ","
    if given in {"\\t", "tab"}:
        return "\t"
    if len(given) != 1 or given in '"\r\n':
        raise Refused(
            f"`{given}` cannot stand between cells",
            code="bad-delimiter",
            hint="use one character, such as ';', or tab",
        )
    return given


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise Refused(f"there is no file `{path}`", code="no-file") from error
    except IsADirectoryError as error:
        raise Refused(f"`{path}` is a directory, not a file", code="no-file") from error
    except OSError as error:
        raise Refused(
            f"`{path}` cannot be read: {(error.strerror or 'unknown error').lower()}",
            code="no-file",
        ) from error


def _size(binary: BinaryIO) -> int | None:
    try:
        if not binary.seekable():
            return None
        return os.fstat(binary.fileno()).st_size
    except (OSError, AttributeError):
        return None


def _head(binary: BinaryIO, name: str) -> bytes:
    """The first bytes, not taken away; refuses what is no UTF-8 text."""
    peek = getattr(binary, "peek", None)
    if peek is not None and not binary.seekable():
        head: bytes = peek(SNIFFED)[:SNIFFED]
    else:
        start = binary.tell()
        head = binary.read(SNIFFED)
        binary.seek(start)
    _check_encoding(head, name)
    return head


def _check_encoding(head: bytes, name: str) -> None:
    for mark, kind in _FOREIGN:
        if head.startswith(mark):
            raise _foreign(name, kind)
    if b"\0" in head:
        if head.count(b"\0") * 3 > len(head):
            raise _foreign(name, "UTF-16")
        raise Refused(
            f"`{name}` holds NUL bytes, which no text does",
            code="not-text",
            hint="export it again as UTF-8 text",
        )
    try:
        head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return  # the cut went through a character
        line = head.count(b"\n", 0, error.start) + 1
        raise Refused(
            f"`{name}` is not UTF-8 (byte 0x{head[error.start]:02x} on line {line}); "
            "it looks like Latin-1 or Windows-1252",
            code="not-utf-8",
            hint=f"convert it with `iconv -f WINDOWS-1252 -t UTF-8 {name}`",
        ) from error


def _foreign(name: str, kind: str) -> Refused:
    match kind:
        case "gzip":
            found, hint = (
                "compressed with gzip",
                f"pipe it in: `gzip -dc {name} | segql import … -`",
            )
        case "zip":
            found, hint = "a zip file, as .xlsx is", "save the sheet as CSV, or unpack it first"
        case _:
            found, hint = kind, f"convert it with `iconv -f {kind} -t UTF-8 {name}`"
    return Refused(f"`{name}` is {found}, UTF-8 text is expected", code="not-utf-8", hint=hint)


def _guessed(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return "jsonl" if start in {b"{", b"["} else "csv"


def _header(text: TextIOWrapper, name: str, delimiter: str) -> tuple[str, ...]:
    try:
        reader = csv.reader(iter(partial(text.readline, MAX_LINE), ""), delimiter=delimiter)
        cells = next(reader, [])
    except csv.Error as error:
        raise Refused(
            f"the header of `{name}` cannot be read: {error}", code="bad-header"
        ) from error
    header = tuple(cell.strip() for cell in cells)
    if not any(header):
        raise Refused(
            f"`{name}` has no header",
            code="bad-header",
            hint="the first line names the columns",
        )
    named = [column for column in header if column]
    for column in named:
        if named.count(column) > 1:
            raise Refused(
                f"`{name}` has two columns called `{column}`",
                code="bad-header",
                hint="give each column a name of its own",
            )
    if reader.line_num != 1:
        raise Refused(
            f"the header of `{name}` goes over {reader.line_num} lines",
            code="bad-header",
            hint="is a quote left open on the first line?",
        )
    return header


def failed(name: str, error: OSError) -> Broken:
    """The error for a file that fails while it is read."""
    return Broken(f"`{name}` cannot be read further: {error.strerror}", code="read-failed")

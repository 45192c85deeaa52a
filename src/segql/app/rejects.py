"""Rows that could not be imported: the first ones for the report, all of them in a file.

The file has the form of the imported one, with the line and the reason in front, and can be
imported again once it is mended: those two columns are passed over.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Final, TextIO

from attrs import frozen

from segql.app.files import Source
from segql.app.lines import Bad
from segql.model.errors import Broken, Refused

LINE: Final = "segql_line"
REASON: Final = "segql_reason"
TEXT: Final = "segql_text"
OWN: Final = frozenset({LINE, REASON, TEXT})
"""Columns of a rejects file that are none of the data."""
SHOWN: Final = 20
"""Rejected rows that a report lists; the file has all of them."""

LONGEST: Final = 300
"""Characters of a reason, which may quote what was found."""


@frozen
class Reject:
    """A row that was left out, and why."""

    line: int
    reason: str


class Rejects:
    """Takes rejected rows one by one; a context manager that closes the file."""

    def __init__(self, path: Path | None, source: Source) -> None:
        """Begin the file at `path`, if any; raises `Refused` where it cannot be written."""
        self.count = 0
        self.first: list[Reject] = []
        self._path = path
        self._source = source
        self._file: TextIO | None = None
        if path is None:
            return
        if Path(source.name).exists() and path.exists() and path.samefile(source.name):
            raise Refused(
                f"`{path}` is the file that is imported",
                code="bad-rejects-file",
                hint="give another file for the rejected rows",
            )
        try:
            self._file = path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
        except OSError as error:
            raise Refused(
                f"`{path}` cannot be written: {(error.strerror or 'unknown error').lower()}",
                code="bad-rejects-file",
                hint="give another file for the rejected rows",
            ) from error

    def __enter__(self) -> Rejects:
        """Take rows."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def add(self, line: int, reason: str, row: Sequence[str] | dict[str, Any] | str) -> None:
        """Take a row: its cells, its object, or its text where it could not be read."""
        reason = printable(reason)
        if self.count < SHOWN:
            self.first.append(Reject(line, reason))
        self.count += 1
        if self._file is None:
            return
        try:
            if self._source.header is None:
                self._write_object(line, reason, row)
            else:
                self._write_cells(line, reason, row)
        except OSError as error:
            raise Broken(
                f"`{self._path}` cannot be written: {(error.strerror or 'unknown error').lower()}",
                code="rejects-failed",
            ) from error

    def add_bad(self, bad: Bad) -> None:
        """Take a row that could not be read."""
        self.add(bad.line, bad.reason, bad.text)

    def flush(self) -> None:
        """Bring what was taken so far to the disk."""
        if self._file is not None:
            self._file.flush()

    def _write_cells(self, line: int, reason: str, row: Sequence[str] | dict[str, Any]) -> None:
        assert self._file is not None
        assert self._source.header is not None
        writer = csv.writer(self._file, delimiter=self._source.delimiter, lineterminator="\n")
        if self.count == 1:
            writer.writerow([LINE, REASON, *self._source.header])
        if isinstance(row, str):
            # As it stood in the file, since nobody can tell its cells.
            front = StringIO()
            csv.writer(front, delimiter=self._source.delimiter, lineterminator="").writerow(
                [line, reason]
            )
            text = row.rstrip("\r\n")
            self._file.write(f"{front.getvalue()}{self._source.delimiter}{text}\n")
        else:
            writer.writerow([line, reason, *row])

    def _write_object(self, line: int, reason: str, row: object) -> None:
        assert self._file is not None
        told: dict[str, Any] = {LINE: line, REASON: reason}
        told |= row if isinstance(row, dict) else {TEXT: str(row).rstrip("\n")}
        json.dump(told, self._file, default=str)
        self._file.write("\n")


def printable(reason: str) -> str:
    """The reason without characters that would spoil a terminal, and not too long."""
    safe = "".join(char if char.isprintable() else repr(char)[1:-1] for char in reason[:LONGEST])
    return safe if len(reason) <= LONGEST else f"{safe}…"

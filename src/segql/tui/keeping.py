"""Texts under way on disk, written on every pause: a crash or a closed terminal loses nothing.

Every running app has a file of its own, under a lock that ends with it however it ends. The next
one to start takes over the texts of those that have ended; from one that runs it takes nothing.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

from attrs import evolve, frozen
from cattrs import Converter
from cattrs.errors import BaseValidationError

from segql.tui.drafts import Drafts

_CONVERTER: Final = Converter()
_LOCK: Final = ".lock"

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@frozen
class Kept:
    """What is in the file of one app; which process on which machine wrote it."""

    drafts: Drafts
    pid: int
    host: str


def folder_for(state: Path, database: Path) -> Path:
    """Where the texts of a database are kept below `state`."""
    place = str(database.resolve())
    return state / "drafts" / f"{database.stem}-{sha256(place.encode()).hexdigest()[:16]}"


class Keeper:
    """The file of one running app. Close it at the end; what it kept stays for the next one."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the database; raises `OSError` where nothing can be written."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder: Final = folder
        self._file: Final = folder / f"{uuid4().hex}.json"
        self._held: Final = _hold(self._file)
        self.others: tuple[Kept, ...] = ()
        """What apps that are running had kept when `take_over` was called."""
        self._kept: Drafts | None = None

    def take_over(self) -> Drafts:
        """The texts of apps that have ended, the newest of them in front; now they are this one's.

        What cannot be read is put aside, not written over.
        """
        found, others, ended = Drafts(), list[Kept](), list[tuple[Path, int]]()
        for path in sorted(self._folder.glob("*.json"), key=_age):
            if path == self._file:
                continue
            try:
                held = _hold(path)
            except OSError:
                others += _read(path)
                continue
            ended.append((path, held))
            for kept in _read(path):
                found = kept.drafts if found == Drafts() else found.joined(kept.drafts)
        if ended:
            self.keep(found)
        for path, held in ended:
            path.unlink(missing_ok=True)
            _let_go(path, held)
        self.others = tuple(others)
        return found

    def keep(self, drafts: Drafts) -> None:
        """Write the texts at once: a kill leaves those before. Raises `OSError`."""
        if drafts != self._kept:
            _write(self._file, drafts)
            self._kept = drafts

    def close(self) -> None:
        """Leave what is kept to the next app."""
        _let_go(self._file, self._held)

    def __enter__(self) -> Self:
        """Give the keeper itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def hand_over(folder: Path, drafts: Drafts) -> None:
    """Leave copies of texts that are not saved to the next app on another database."""
    texts = [one for one in (drafts.current, *drafts.others) if one.is_changed and one.text.strip()]
    if not texts:
        return
    named = [
        evolve(one, key=f"untitled {number}", opened="", revisions={})
        for number, one in enumerate(texts, 1)
    ]
    with Keeper(folder) as keeper:
        keeper.keep(Drafts(named[0], tuple(named[1:])))


def _age(path: Path) -> float:
    """For sorting: the newest first."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


def _hold(path: Path) -> int:
    """The lock of a file of texts; raises `OSError` where an app that runs has it."""
    descriptor = os.open(path.with_suffix(_LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _let_go(path: Path, descriptor: int) -> None:
    if not path.exists():
        with suppress(OSError):  # a file that is open cannot be removed everywhere
            path.with_suffix(_LOCK).unlink(missing_ok=True)
    os.close(descriptor)


def _read(path: Path) -> Iterator[Kept]:
    try:
        text = path.read_text(encoding="utf-8", errors="surrogatepass")
        yield _CONVERTER.structure(json.loads(text), Kept)
    except FileNotFoundError:
        return
    except (ValueError, BaseValidationError):
        path.replace(path.with_suffix(".unreadable"))


def _write(path: Path, drafts: Drafts) -> None:
    beside = path.with_suffix(".tmp")
    kept = Kept(drafts, os.getpid(), socket.gethostname())
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass") as file:
        json.dump(_CONVERTER.unstructure(kept), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def where(kept: Sequence[Kept]) -> str:
    """The processes that keep texts, for people."""
    here = socket.gethostname()
    said = [f"process {one.pid}" + (f" on {one.host}" if one.host != here else "") for one in kept]
    return ", ".join(said)

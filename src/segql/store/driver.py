"""The one import of SQLite: version guard, connections, transactions, and errors by kind.

One process must not hold two copies of the SQLite library on a file, so every module takes
`Connection` and `sqlite3` from here. sqlite-utils has chosen `pysqlite3` where it is installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final, TypeAlias

from segql.model.errors import Broken, Busy, Refused, SegqlError

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

Connection: TypeAlias = sqlite3.Connection
DriverError: TypeAlias = sqlite3.Error
"""What SQLite raises; `failures` turns it into errors of ours."""

CACHE_KIB: Final = 128 * 1024
CHECKPOINT_PAGES: Final = 8_000
"""Some 32 MB of WAL: a page that changes all the time is copied less often than with 1,000."""
PAGE_BYTES: Final = 4096
"""Smaller than what reads best: an import of unsorted events writes half as much as with 8192."""
WAIT_S: Final = 10.0
"""How long a call waits for another process's transaction before it is `Busy`."""

ASK_S: Final = 0.001
"""How often a writer that waits asks whether it is its turn."""
LONG_S: Final = 0.05
"""One that has waited for so long asks ten times as often, as it keeps missing its turn."""

_BUSY: Final = frozenset({5, 6})
_READ_ONLY: Final = 8
_CANNOT_OPEN: Final = 14


def is_fixed(version: Sequence[int]) -> bool:
    """Whether a SQLite of this version is free of the fault that can corrupt a WAL file.

    Two connections that checkpoint at once could lose commits before 3.51.3; the fix was carried
    back to 3.50.7 and 3.44.6 (sqlite.org/wal.html, "the WAL-reset bug").
    """
    major, minor, patch = (*version, 0, 0, 0)[:3]
    if (major, minor) in {(3, 44), (3, 50)}:
        return patch >= (6 if minor == 44 else 7)
    return (major, minor, patch) >= (3, 51, 3)


def caution() -> str | None:
    """What to tell people about the SQLite in use, or None when it is fine."""
    if is_fixed(sqlite3.sqlite_version_info):
        return None
    return (
        f"SQLite {sqlite3.sqlite_version} can corrupt a database that several processes write in "
        "WAL mode, so a slower mode is used; install the package `pysqlite3`, or a Python with "
        "SQLite 3.51.3 or newer"
    )


def connect(
    path: Path | str, *, create: bool = False, read_only: bool = False, wait_s: float = WAIT_S
) -> Connection:
    """A connection to the database at `path`, in autocommit mode; threads may pass it on.

    Raises `Refused` (`no-database`) when there is no file and `create` is not set, `Busy` and
    `Broken` as `failures` does. Whose file it is is not looked at, and nothing is written.
    """
    path = Path(path)
    if not create and not path.exists():
        raise Refused(
            f"there is no database `{path}`",
            code="no-database",
            hint="make one with `segql init`, or name another with --db",
        )
    if create and not path.parent.is_dir():
        raise Refused(
            f"there is no directory `{path.parent}` for the database",
            code="no-directory",
            hint="make it, or name another file with --db",
        )
    with failures(path):
        mode = "ro" if read_only else "rwc" if create else "rw"
        connection = _connect(path, f"mode={mode}", wait_s)
        try:
            if read_only:
                connection = _readable(connection, path, wait_s)
            connection.execute(f"pragma cache_size = {-CACHE_KIB}")
            connection.execute("pragma synchronous = full")
            connection.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
            if read_only:
                connection.execute("pragma query_only = on")
        except BaseException:
            connection.close()
            raise
    return connection


def scratch(path: Path) -> Connection:
    """A connection to a new file for this process alone, that need not survive it."""
    connection = _connect(path, "mode=rwc", WAIT_S)
    for setting in ("journal_mode = off", "synchronous = off", "cache_size = -32768"):
        connection.execute(f"pragma {setting}")
    return connection


def _connect(path: Path, query: str, wait_s: float) -> Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{query}",
        uri=True,
        timeout=wait_s,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )


def _readable(connection: Connection, path: Path, wait_s: float) -> Connection:
    """The connection, or one that looks for no other process.

    In a directory that cannot be written, a WAL file cannot be shared. Without a `-wal` beside it
    nothing is pending, so the file may be read as if it never changed.
    """
    try:
        connection.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if _code(error) not in {_CANNOT_OPEN, _READ_ONLY}:
            raise
        if path.with_name(path.name + "-wal").exists():
            raise
        connection.close()
        return _connect(path, "mode=ro&immutable=1", wait_s)
    return connection


def choose_journal(connection: Connection) -> None:
    """Put a file of ours, or one that holds nothing, into the mode that is safe with this SQLite.

    WAL, or a rollback journal where `caution` has something to say.
    """
    connection.execute(f"pragma page_size = {PAGE_BYTES}")  # counts for a file without pages only
    connection.execute(f"pragma journal_mode = {'wal' if caution() is None else 'delete'}")


def version(connection: Connection) -> tuple[int, int]:
    """What differs once anything was committed to the database, by this connection or another.

    As cheap as a question can be: neither tables nor the file are read.
    """
    [(theirs,)] = connection.execute("pragma data_version").fetchall()
    return int(theirs), connection.total_changes


def is_empty(connection: Connection) -> bool:
    """Whether the database holds nothing at all."""
    [(count,)] = connection.execute("select count(*) from sqlite_master")
    return bool(count == 0)


def application_id(connection: Connection) -> int:
    """The number in the file's header that names the program it belongs to; 0 for none."""
    [(number,)] = connection.execute("pragma application_id")
    return int(number)


@contextmanager
def immediate(connection: Connection) -> Iterator[Connection]:
    """A write transaction on `connection`: committed at the end, rolled back on any exception.

    Begins as a writer, since a reader that turns into one is never waited for. Raises `Busy` and
    `Broken` as `failures` does. Does not nest.
    """
    with failures():
        _begin(connection)
        try:
            yield connection
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:  # a full disk may have ended it already
                connection.execute("rollback")
            raise


def _begin(connection: Connection) -> None:
    """Begin as a writer, asking every `ASK_S` or more often for as long as the connection waits.

    SQLite itself soon asks ten times a second only, and so misses the moments between the
    transactions of a process that writes all the time.
    """
    [(wait_ms,)] = connection.execute("pragma busy_timeout")
    began = monotonic()
    connection.execute("pragma busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute("begin immediate")
                return
            except sqlite3.OperationalError as error:
                waited_s = monotonic() - began
                if _code(error) not in _BUSY or waited_s >= wait_ms / 1000:
                    raise
            sleep(ASK_S if waited_s < LONG_S else ASK_S / 10)
    finally:
        connection.execute(f"pragma busy_timeout = {wait_ms}")


@contextmanager
def reading(connection: Connection) -> Iterator[Connection]:
    """A read transaction: all reads inside see the database as of one commit. Does not nest."""
    with failures():
        connection.execute("begin")
        try:
            connection.execute("select 1 from sqlite_master limit 1").fetchone()
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("rollback")


@contextmanager
def failures(path: Path | str | None = None) -> Iterator[None]:
    """Turn errors of SQLite raised inside into `Busy` or `Broken`, by what can be done."""
    try:
        yield
    except sqlite3.Error as error:
        raise failure(error, path) from error


def failure(error: sqlite3.Error, path: Path | str | None = None) -> SegqlError:
    """The error of ours that says what an error of SQLite means for its user."""
    where = "the database" if path is None else f"the database `{path}`"
    match _code(error):
        case code if code in _BUSY:
            return Busy(
                f"{where} is locked by another process",
                code="locked",
                hint="wait for it to end and try again",
            )
        case 13:
            return Broken(
                f"no room is left to write {where}",
                code="disk-full",
                hint="free some space and try again; nothing was half-written",
            )
        case 8:
            return Broken(
                f"{where} cannot be written",
                code="read-only",
                hint="check the permissions of the file, its directory and its disk",
            )
        case 14:
            return Broken(
                f"{where} cannot be opened",
                code="cannot-open",
                hint="check the permissions of the file and its directory",
            )
        case 26:
            return not_ours(where)
        case 11:
            return Broken(
                f"{where} is damaged",
                code="damaged",
                hint="restore it from a backup",
            )
        case 10:
            return Broken(
                f"the disk failed while {where} was in use: {error}",
                code="disk-failed",
                hint="check the disk and try again",
            )
        case _:
            return Broken(f"{where} failed: {error}", code="store-failed")


def not_ours(where: str = "the database") -> Broken:
    """The error for a file of another program."""
    return Broken(
        f"{where} is not a SegQL database",
        code="not-a-segql-database",
        hint="name another file with --db; this one was not touched",
    )


def _code(error: sqlite3.Error) -> int:
    """The primary result code of SQLite; 0 for an error of the driver itself."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF

"""Opening a file, and from version to version of the schema, all or nothing."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from segql.model.errors import Broken
from segql.model.instants import zone_named
from segql.store import settings
from segql.store.driver import (
    WAIT_S,
    Connection,
    application_id,
    choose_journal,
    connect,
    failures,
    immediate,
    is_empty,
    not_ours,
)
from segql.store.schema import APPLICATION_ID, VERSION_1, VERSION_2, VERSION_3, VERSION_4
from segql.store.schema_agenda import VERSION_6, VERSION_9
from segql.store.schema_followups import VERSION_8
from segql.store.schema_messages import VERSION_7
from segql.store.schema_outbox import VERSION_5

VERSION: Final = 9
"""The schema that this code reads and writes; kept in the file as `user_version`."""

steps = Migrations("segql")


@steps(name="version 1")
def version_1(database: Database) -> None:
    """The first schema."""
    for part in VERSION_1:
        database.executescript(part)


@steps(name="version 2")
def version_2(database: Database) -> None:
    """Since when traits are what they are; nothing is known of those stored before."""
    for part in VERSION_2:
        database.executescript(part)


@steps(name="version 3")
def version_3(database: Database) -> None:
    """What a flip was caused by, whom changes have reached, and ids that became another."""
    for part in VERSION_3:
        database.executescript(part)


@steps(name="version 4")
def version_4(database: Database) -> None:
    """Flips by number and by instant, and lists that people keep."""
    for part in VERSION_4:
        database.executescript(part)


@steps(name="version 5")
def version_5(database: Database) -> None:
    """Whom to tell of flips, and what is to be told."""
    for part in VERSION_5:
        database.executescript(part)


@steps(name="version 6")
def version_6(database: Database) -> None:
    """Time edges that are ahead; segments are computed once more, to be exact from then on."""
    for part in VERSION_6:
        database.executescript(part)


@steps(name="version 7")
def version_7(database: Database) -> None:
    """Messages that are stored, apart from their events."""
    for part in VERSION_7:
        database.executescript(part)


@steps(name="version 8")
def version_8(database: Database) -> None:
    """What the profiles of an account follow later, as of the instant at which it happened."""
    for part in VERSION_8:
        database.executescript(part)


@steps(name="version 9")
def version_9(database: Database) -> None:
    """What time will do to a profile, where that is known beforehand."""
    for part in VERSION_9:
        database.executescript(part)


def open_store(
    path: Path | str,
    *,
    create: bool = False,
    read_only: bool = False,
    zone: str = "UTC",
    wait_s: float = WAIT_S,
) -> Connection:
    """A connection to the SegQL database at `path`, its schema brought up to date.

    One that reads only has it brought up to date by another, where the file can be written.

    With `create`, a missing or empty file becomes one, with days counted in `zone`. Raises
    `Refused` (`no-database`, `unknown-zone`), `Busy`, or `Broken`: `not-a-segql-database` for
    another program's file, `newer-version` for one that a newer SegQL has changed.
    """
    zone_named(zone)
    connection = connect(path, create=create, read_only=read_only, wait_s=wait_s)
    try:
        with failures(path):
            _check_owner(connection, path, may_be_new=create and not read_only)
            if not read_only:
                choose_journal(connection)
                if version(connection) < VERSION:
                    _bring_up_to_date(connection, zone)
            elif version(connection) < VERSION:
                _bring_up_to_date_beside(path, zone, wait_s)
            _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def version(connection: Connection) -> int:
    """The version of the schema in the file; 0 for an empty one."""
    [(number,)] = connection.execute("pragma user_version")
    return int(number)


def _check_owner(connection: Connection, path: Path | str, *, may_be_new: bool) -> None:
    if application_id(connection) == APPLICATION_ID:
        return
    # SQLite takes a file of a few bytes for an empty one, and would write over it.
    if may_be_new and is_empty(connection) and Path(path).stat().st_size not in range(1, 512):
        return
    raise not_ours(f"the database `{path}`")


def _check_version(connection: Connection, path: Path | str) -> None:
    found = version(connection)
    if found > VERSION:
        raise Broken(
            f"the database `{path}` was written by a newer SegQL (version {found} of its tables, "
            f"this one reads {VERSION})",
            code="newer-version",
            hint="update segql",
        )
    if found < VERSION:
        raise Broken(
            f"the database `{path}` has older tables and cannot be written",
            code="older-version",
            hint="let somebody who may write it run any command on it once",
        )


def _bring_up_to_date_beside(path: Path | str, zone: str, wait_s: float) -> None:
    """Do it for a connection that reads only, as far as the file can be written."""
    with suppress(Broken):
        open_store(path, zone=zone, wait_s=wait_s).close()


def _bring_up_to_date(connection: Connection, zone: str) -> None:
    with immediate(connection):
        if version(connection) >= VERSION:
            return  # another process was faster
        is_new = is_empty(connection)
        steps.apply(Database(connection))
        if is_new:
            connection.execute(f"pragma application_id = {APPLICATION_ID}")
            settings.start(connection, zone)
        connection.execute(f"pragma user_version = {VERSION}")

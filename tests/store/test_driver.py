"""Opening databases: whose they are, which version, and what goes wrong with disks and locks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segql.model.errors import Broken, Busy, Refused
from segql.store import driver, migrations, settings
from segql.store.driver import Connection, immediate, reading
from segql.store.migrations import open_store
from segql.store.schema import APPLICATION_ID, VERSION_1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "segql.db"


@pytest.fixture
def store(path: Path) -> Iterator[Connection]:
    connection = open_store(path, create=True)
    yield connection
    connection.close()


def put(connection: Connection, value: str) -> None:
    with immediate(connection):
        settings.put(connection, "test", value)


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_the_gate_knows_which_versions_are_fixed(
    version: tuple[int, int, int], fixed: bool
) -> None:
    assert driver.is_fixed(version) is fixed


def test_a_fixed_version_writes_ahead_and_syncs(store: Connection) -> None:
    if driver.caution() is None:
        assert store.execute("pragma journal_mode").fetchone() == ("wal",)
    assert store.execute("pragma synchronous").fetchone() == (2,)
    assert store.execute("pragma cache_size").fetchone()[0] <= -64 * 1024
    assert store.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
    assert store.execute("pragma user_version").fetchone() == (migrations.VERSION,)


def test_an_unfixed_version_gets_a_rollback_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_store(path, create=True).close()
    monkeypatch.setattr("segql.store.driver.sqlite3.sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr("segql.store.driver.sqlite3.sqlite_version", "3.40.1")
    assert "3.40.1" in (driver.caution() or "")
    connection = open_store(path)
    assert connection.execute("pragma journal_mode").fetchone() == ("delete",)
    put(connection, "still works")
    connection.close()


def test_a_missing_file_is_made_only_when_asked_for(path: Path) -> None:
    with pytest.raises(Refused, match="there is no database") as caught:
        open_store(path)
    assert caught.value.code == "no-database"
    assert not path.exists()
    open_store(path, create=True).close()
    open_store(path).close()


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no directory"):
        open_store(tmp_path / "nowhere" / "segql.db", create=True)


def test_an_unknown_zone_makes_no_file(path: Path) -> None:
    with pytest.raises(Refused, match="Mars/Olympus"):
        open_store(path, create=True, zone="Mars/Olympus")
    assert not path.exists()


@pytest.mark.parametrize("application_id", [0, 77])
def test_another_programs_database_is_left_alone(path: Path, application_id: int) -> None:
    other = driver.connect(path, create=True)
    other.execute("pragma journal_mode = delete")
    other.execute(f"pragma application_id = {application_id}")
    other.execute("create table theirs (a)")
    other.close()
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(Broken) as caught:
            open_store(path, create=create)
        assert caught.value.code == "not-a-segql-database"
        assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"name,plan\nann,pro\n" * 100, b"x"])
def test_a_file_that_is_no_database_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(Broken) as caught:
        open_store(path, create=True)
    assert caught.value.code == "not-a-segql-database"
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_database_only_when_asked_for(path: Path) -> None:
    path.touch()
    with pytest.raises(Broken):
        open_store(path)
    open_store(path, create=True).close()
    open_store(path).close()


def test_a_newer_version_is_refused(path: Path, store: Connection) -> None:
    store.execute(f"pragma user_version = {migrations.VERSION + 1}")
    for read_only in (False, True):
        with pytest.raises(Broken, match="newer SegQL") as caught:
            open_store(path, read_only=read_only)
        assert caught.value.code == "newer-version"


def test_a_failed_migration_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "VERSION_1", (*VERSION_1, "create tabel oops;"))
    with pytest.raises(Broken):
        open_store(path, create=True)
    monkeypatch.undo()
    connection = open_store(path, create=True)
    assert settings.counted(connection, settings.Counter.CHANGE) == 0
    connection.close()


def test_many_may_create_the_same_file_at_once(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        connections = list(pool.map(lambda _: open_store(path, create=True), range(8)))
    for connection in connections:
        put(connection, "here")
        connection.close()


def test_reading_only_writes_nothing(path: Path, store: Connection) -> None:
    put(store, "a")
    reader = open_store(path, read_only=True)
    assert settings.read(reader, "test") == "a"
    with pytest.raises(Broken) as caught, immediate(reader):
        settings.put(reader, "test", "b")
    assert caught.value.code == "read-only"
    reader.close()


def test_a_transaction_is_whole_or_not_there(store: Connection) -> None:
    put(store, "a")
    with pytest.raises(KeyboardInterrupt), immediate(store):
        settings.put(store, "test", "b")
        raise KeyboardInterrupt
    assert settings.read(store, "test") == "a"
    put(store, "c")
    assert settings.read(store, "test") == "c"


def test_a_read_transaction_sees_one_state(path: Path, store: Connection) -> None:
    put(store, "a")
    reader = open_store(path)
    with reading(reader):
        put(store, "b")
        assert settings.read(reader, "test") == "a"
    assert settings.read(reader, "test") == "b"
    reader.close()


def test_a_full_disk_loses_nothing_that_was_committed(store: Connection) -> None:
    put(store, "a")
    [(pages,)] = store.execute("pragma page_count")
    store.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(Broken, match="no room") as caught:
        put(store, "x" * 1_000_000)
    assert caught.value.code == "disk-full"
    assert settings.read(store, "test") == "a"
    store.execute("pragma max_page_count = 1073741823")
    put(store, "b")
    assert store.execute("pragma integrity_check").fetchone() == ("ok",)


LOCK = """
import sys
from segql.store.driver import connect
connection = connect(sys.argv[1])
connection.execute("begin immediate")
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_lock_of_another_process_is_busy(path: Path, store: Connection) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"locked\n"
        waiting = open_store(path, wait_s=0.05)
        with pytest.raises(Busy, match="locked by another process") as caught:
            put(waiting, "b")
        assert caught.value.code == "locked"
        assert settings.read(waiting, "zone") == "UTC"
        other.stdin.close()
        other.wait()
        put(waiting, "c")
        waiting.close()


def test_counters_give_numbers_once(store: Connection) -> None:
    with immediate(store):
        assert settings.take(store, settings.Counter.FLIP, 3) == 3
        assert settings.take(store, settings.Counter.FLIP, 2) == 5
        assert settings.take(store, settings.Counter.CHANGE) == 1
    assert settings.counted(store, settings.Counter.FLIP) == 5


def test_the_clock_never_goes_back(store: Connection) -> None:
    with immediate(store):
        assert settings.advance_clock(store, 100) == 100
        assert settings.advance_clock(store, 50) == 100
    assert settings.clock(store) == 100

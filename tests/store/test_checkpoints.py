"""The WAL moved into the database beside a writer."""

from __future__ import annotations

from pathlib import Path

import pytest

from segql.store import checkpoints, settings
from segql.store.checkpoints import Checkpoints
from segql.store.driver import CHECKPOINT_PAGES, PAGE_BYTES, immediate
from segql.store.migrations import open_store

TRANSACTIONS = 300


def test_the_wal_stays_short_beside_a_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "MANY", 20)
    monkeypatch.setattr(checkpoints, "MOST", 60)
    path = tmp_path / "team.db"
    connection = open_store(path, create=True)
    [(mode,)] = connection.execute("pragma journal_mode")
    if mode != "wal":
        pytest.skip("this SQLite is not safe in WAL mode")
    connection.execute("pragma wal_checkpoint(truncate)").fetchall()
    with Checkpoints(connection, unsynced=True) as moving:
        for number in range(TRANSACTIONS):
            with immediate(connection):
                settings.put(connection, f"text {number}", "x" * PAGE_BYTES)
            moving.between()
    # Every transaction writes three pages or more: all of them would be ten times as long.
    assert path.with_name("team.db-wal").stat().st_size < 120 * PAGE_BYTES
    assert connection.execute("pragma synchronous").fetchone() == (2,)
    assert connection.execute("pragma wal_autocheckpoint").fetchone() == (CHECKPOINT_PAGES,)
    connection.close()
    connection = open_store(path)
    count = connection.execute("select count(*) from settings where name like 'text %'").fetchone()
    assert count == (TRANSACTIONS,)
    assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    connection.close()

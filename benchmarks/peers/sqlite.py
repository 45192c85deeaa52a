"""SQLite, as an expert would lay it out: rows by (name, profile, time), a second order by time.

Names of events are numbers; properties are typed columns of the one events table. Tags stand in
a table of their own, by tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
from attrs import frozen

from benchmarks.peers.columns import event_table, profile_table, properties
from benchmarks.peers.statements import Statement, statements
from benchmarks.population import Population
from benchmarks.product import EVENTS, TRAITS

try:
    import pysqlite3 as driver
except ImportError:
    import sqlite3 as driver

_KINDS = {"text": "text", "number": "real", "date": "integer", "flag": "integer"}
_CHUNK = 50_000


@frozen
class SQLite:
    """An open SQLite file with the population in it."""

    connection: driver.Connection
    statements: tuple[Statement, ...]
    title: str = f"SQLite {driver.sqlite_version}"

    def count(self, sql: str) -> int:
        """Run one statement that gives one number."""
        return int(self.connection.execute(sql).fetchone()[0])

    def close(self) -> None:
        """Let the engine go."""
        self.connection.close()


def codes(people: Population) -> Mapping[str, str]:
    """Give the number that stands for each event name in this file."""
    return {name: str(code) for code, name in enumerate(people.names)}


def opened(people: Population, path: Path) -> SQLite:
    """Give the engine, loaded first when `path` does not exist; it caches 256 MB."""
    if not path.exists():
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        _load(people, half)
        half.rename(path)
    connection = driver.connect(f"file:{path}?mode=ro", uri=True)
    connection.execute("pragma cache_size = -262144")
    connection.execute("pragma mmap_size = 8589934592")
    connection.execute("pragma temp_store = memory")
    connection.execute("pragma threads = 1")
    return SQLite(connection, statements("sqlite", codes(people)))


def _load(people: Population, path: Path) -> None:
    connection = driver.connect(str(path))
    connection.execute("pragma journal_mode = off")
    connection.execute("pragma synchronous = off")
    profiles = profile_table(people)
    traits = ", ".join(
        f"{name.replace('.', '_')} {_KINDS[column.kind]}"
        for name, column in TRAITS.items()
        if column.kind != "list"
    )
    connection.execute(
        f"create table profiles (profile integer primary key, id text, email text, {traits}, "
        "first_seen integer, last_seen integer, tag_count integer)"
    )
    tags = profiles["tags"].to_pylist()
    lengths = [None if held is None else len(held) for held in tags]
    rows = profiles.drop_columns(["tags"]).append_column("tag_count", pa.array(lengths))
    _insert(connection, "profiles", rows)
    connection.execute(
        "create table tags (tag text, profile integer, primary key (tag, profile)) without rowid"
    )
    pairs = sorted((tag, profile) for profile, held in enumerate(tags) for tag in held or ())
    connection.executemany("insert into tags values (?, ?)", pairs)
    columns = ", ".join(f"{name} {_KINDS[column.kind]}" for name, column in properties().items())
    connection.execute(
        "create table events (name integer, profile integer, time integer, sequence integer, "
        f"{columns}, primary key (name, profile, time, sequence)) without rowid"
    )
    sequence = 0
    for name, code in codes(people).items():
        table = event_table(people, name)
        table = table.select(["profile", "time", *EVENTS[name].properties])
        numbers = pa.array(range(sequence, sequence + len(table)))
        table = table.append_column("sequence", numbers)
        _insert(connection, "events", table.append_column("name", pa.repeat(int(code), len(table))))
        sequence += len(table)
    for trait in ("plan", "country", "signed_up_at", "trial_ends_at", "renews_at", "seats"):
        connection.execute(f"create index profiles_{trait} on profiles ({trait})")
    connection.execute("create index events_by_time on events (name, time, profile)")
    connection.commit()
    connection.execute("analyze")
    connection.close()


def _insert(connection: driver.Connection, table: str, rows: pa.Table) -> None:
    names, places = ", ".join(rows.column_names), ", ".join("?" * rows.num_columns)
    sql = f"insert into {table} ({names}) values ({places})"  # noqa: S608 - own names
    connection.executemany(sql, _tuples(rows))


def _tuples(rows: pa.Table) -> Iterator[tuple[object, ...]]:
    # by way of NumPy, ten times as fast as Arrow's own lists; NaN is stored as null
    for batch in rows.to_batches(max_chunksize=_CHUNK):
        lists = (column.to_numpy(zero_copy_only=False).tolist() for column in batch.columns)
        yield from zip(*lists, strict=True)

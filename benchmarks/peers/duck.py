"""DuckDB: one file, events sorted by (name, profile, time), enums for text."""

from __future__ import annotations

from pathlib import Path

import duckdb
from attrs import field, frozen

from benchmarks.peers.columns import event_table, profile_table, properties
from benchmarks.peers.statements import Statement, statements
from benchmarks.population import Population
from benchmarks.product import TRAITS, Column


@frozen
class Duck:
    """An open DuckDB file with the population in it."""

    connection: duckdb.DuckDBPyConnection
    title: str = f"DuckDB {duckdb.__version__}"
    statements: tuple[Statement, ...] = field(factory=lambda: statements("duckdb", {}))

    def count(self, sql: str) -> int:
        """Run one statement that gives one number."""
        row = self.connection.execute(sql).fetchone()
        assert row is not None
        return int(row[0])

    def close(self) -> None:
        """Let the engine go."""
        self.connection.close()


def opened(people: Population, path: Path) -> Duck:
    """Give the engine, loaded first when `path` does not exist. Rows keep the order of loading."""
    if not path.exists():
        half = path.with_suffix(".half")
        half.unlink(missing_ok=True)
        _load(people, half)
        half.rename(path)
    return Duck(duckdb.connect(str(path), read_only=True))


def _load(people: Population, path: Path) -> None:
    connection = duckdb.connect(str(path))
    connection.register("profile_rows", profile_table(people))
    names = ", ".join(f"'{name}'" for name in people.names)
    connection.execute(f"create type event_name as enum ({names})")
    traits = ", ".join(
        f"{name.replace('.', '_')} {_kind(column)}" for name, column in TRAITS.items()
    )
    connection.execute(
        "create table profiles (profile integer not null, id varchar not null, email varchar, "
        f"{traits}, first_seen bigint, last_seen bigint)"
    )
    connection.execute("insert into profiles select * from profile_rows")
    columns = ", ".join(f"{name} {_kind(column)}" for name, column in properties().items())
    connection.execute(
        "create table events (name event_name not null, profile integer not null, "
        f"time bigint not null, {columns})"
    )
    for name in people.names:
        connection.register("event_rows", event_table(people, name))
        connection.execute("insert into events select * from event_rows")
    connection.execute("checkpoint")
    connection.close()


def _kind(column: Column) -> str:
    match column.kind:
        case "text":
            return "enum (" + ", ".join(f"'{word}'" for word in column.words) + ")"
        case "number":
            return "double" if column.decimals else "integer"
        case "date":
            return "bigint"
        case "flag":
            return "boolean"
        case _:
            return "varchar[]"

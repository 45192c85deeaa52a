"""ClickHouse in process (chdb): MergeTree by (name, profile, time), low-cardinality text.

Missing text is '' and a missing list empty with `tags_known` 0, as ClickHouse's own advice is to
avoid Nullable where a default serves; numbers and dates that can be missing are Nullable.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet
from attrs import field, frozen
from chdb import session

from benchmarks.peers.columns import event_table, profile_table, properties
from benchmarks.peers.statements import Statement, statements
from benchmarks.population import Population
from benchmarks.product import EVENTS, TRAITS, Column


@frozen
class ClickHouse:
    """An open chdb session with the population in it."""

    session: session.Session
    title: str
    statements: tuple[Statement, ...] = field(factory=lambda: statements("clickhouse", {}))

    def count(self, sql: str) -> int:
        """Run one statement that gives one number."""
        return int(str(self.session.query(sql, "CSV")))

    def close(self) -> None:
        """Let the engine go."""
        self.session.close()


def opened(people: Population, path: Path) -> ClickHouse:
    """Give the engine, loaded first when `path` does not exist; its tables are merged."""
    if not path.exists():
        half = path.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        _load(people, half)
        half.rename(path)
    engine = session.Session(str(path))
    version = str(engine.query("select version()", "TSVRaw")).strip()
    return ClickHouse(engine, f"ClickHouse {version}")


def _load(people: Population, path: Path) -> None:
    staging = path.with_suffix(".parquet")
    engine = session.Session(str(path))
    traits = ", ".join(
        f"{name.replace('.', '_')} {_kind(column, missing=True)}" for name, column in TRAITS.items()
    )
    engine.query(
        f"create table profiles (profile Int32, id String, email String, {traits}, "
        "first_seen Nullable(Int64), last_seen Nullable(Int64), tags_known UInt8) "
        "engine = MergeTree order by profile"
    )
    profiles = profile_table(people)
    profiles = profiles.append_column("tags_known", profiles["tags"].is_valid())
    pyarrow.parquet.write_table(profiles, staging)
    engine.query(f"insert into profiles select * from file('{staging}', Parquet)")  # noqa: S608 - own names
    columns = ", ".join(
        f"{name} {_kind(column, missing=_can_miss(name))}" for name, column in properties().items()
    )
    engine.query(
        f"create table events (name LowCardinality(String), profile Int32, time Int64, {columns}) "
        "engine = MergeTree order by (name, profile, time)"
    )
    for name in people.names:
        pyarrow.parquet.write_table(event_table(people, name), staging)
        engine.query(f"insert into events select * from file('{staging}', Parquet)")  # noqa: S608 - own names
    staging.unlink()
    for table in ("profiles", "events"):
        engine.query(f"optimize table {table} final")
    engine.close()


def _can_miss(name: str) -> bool:
    """Tell whether events that have this property sometimes lack its value."""
    return any(
        name in event.properties and event.properties[name].missing > 0 for event in EVENTS.values()
    )


def _kind(column: Column, *, missing: bool) -> str:
    match column.kind:
        case "text":
            return "LowCardinality(String)"
        case "number":
            kind = "Float64" if column.decimals else "Int32"
        case "date":
            kind = "Int64"
        case "flag":
            kind = "Bool"
        case _:
            return "Array(LowCardinality(String))"
    return f"Nullable({kind})" if missing else kind

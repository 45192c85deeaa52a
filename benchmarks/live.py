"""Events as they happen: 200 live segments over a store of 1 M events, each call durable.

Each of the 18 event names is read by ten segments, half of them with windows; twenty more read
traits. Profiles are drawn with Zipf's law, the most active ones first.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from shutil import copyfile
from typing import Any, TypeVar

import numpy as np
from attrs import frozen

from benchmarks import segql_store
from benchmarks.population import DAY, NOW, drawn, population
from benchmarks.product import EVENTS
from segql.app import ingest, segments, sources
from segql.app.project import Project
from segql.model import calls
from segql.store import events, plain, settings
from segql.store.digests import message_digest
from segql.store.driver import immediate

Item = TypeVar("Item")

VERSION = 1
"""Raise it when the store's content changes."""

PROFILES = 50_000
ZIPF = 1.3
"""The exponent: the most active profile does a quarter of everything, the tenth a hundredth."""
EVENTS_STORED = 1_000_000
BATCH = 100
STEP_MS = 10
"""How far the clock goes with each batch: as if 10,000 events a second came in."""

_EACH = (
    'did "{name}"',
    'did "{name}" at least 10 times',
    'did "{name}" at least 3 times and trait.plan = "pro"',
    'did "{name}" at least 2 times where {filter}',
    'trait.seats >= 5 and did "{name}" at least 40 times',
    'did "{name}" within {short}',
    'did "{name}" at least 3 times within {long}',
    'trait.plan in ("pro", "enterprise") and did "{name}" within {long}',
    'did "{name}" where {filter} within {long}',
    'not did "{name}" within {long}',
)
_TRAITS = tuple(
    f'trait.{name} = "{word}"'
    for name, words in {
        "plan": ("free", "starter", "pro", "enterprise"),
        "country": ("US", "DE", "GB", "FR", "CA", "IN", "BR", "CH"),
        "role": ("owner", "admin", "member", "viewer"),
        "language": ("en", "de", "fr", "es"),
    }.items()
    for word in words
)


@frozen
class Live:
    """What a run of live calls took; times in seconds, one per call."""

    events: int
    batches_s: tuple[float, ...]
    singles_s: tuple[float, ...]
    processor_s: float
    """Of the batches, all threads together."""
    flips: int
    flipping: int
    """Events, of those in single calls, that flipped something."""


def segment_texts() -> str:
    """Give the 200 segments as a file."""
    rules = [
        pattern.format(name=name, filter=_filter(name), short="60d", long="90d")
        for name in sorted(EVENTS)
        for pattern in _EACH
    ]
    return "\n".join(
        f'segment "live {number}"\n  when {rule}\n'
        for number, rule in enumerate([*rules, *_TRAITS], 1)
    )


def _filter(name: str) -> str:
    key, column = next(iter(sorted(EVENTS[name].properties.items())))
    if column.kind == "number":
        return f"{key} >= {column.low + (column.high - column.low) / 50:g}"
    return f'{key} = "{column.words[0]}"'


def project_of(cache: Path, *, texts: str) -> Project:
    """Give a fresh copy of the store, with segments defined."""
    made = cache / f"live-v{VERSION}.db"
    if not made.exists():
        _make(cache, made)
    path = cache / "live.db"
    for old in cache.glob("live.db*"):
        old.unlink()
    copyfile(made, path)
    project = Project.opened(path)
    project.connection.execute("pragma wal_checkpoint(truncate)")
    if texts:
        plan = segments.plan(project, sources.source_of(texts, "live").written)
        segments.apply(project, plan, now=NOW)
    return project


def _make(cache: Path, path: Path) -> None:
    """Fill a store with profiles and with the same traffic, over the last 90 days."""
    people = population(cache, profiles=PROFILES, events=PROFILES)
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    copyfile(segql_store.stored(people, cache / f"live-{people.folder.name}.db"), half)
    with Project.opened(half) as project:
        stored = traffic(EVENTS_STORED - people.events, seed=5)
        times = np.linspace(NOW - 90 * DAY, NOW, EVENTS_STORED).astype(np.int64).tolist()
        for number, chunk in enumerate(batched(zip(stored, times, strict=False), 20_000)):
            rows = [
                events.Event(
                    call.profile,
                    call.event,
                    at,
                    plain.text_of(call.properties),
                    message_digest(f"stored-{number}-{place}"),
                )
                for place, (call, at) in enumerate(chunk)
            ]
            with immediate(project.connection):
                change = settings.take(project.connection, settings.Counter.CHANGE)
                events.append(project.connection, rows, change=change)
        project.connection.execute("pragma wal_checkpoint(truncate)")
    half.rename(path)


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Give the items in lists of `size`, the last one shorter."""
    waiting = iter(items)
    while chunk := list(islice(waiting, size)):
        yield chunk


def traffic(count: int, *, seed: int) -> Iterator[calls.Track]:
    """Give tracked events: profiles by Zipf's law, names by their shares, with properties."""
    rng = np.random.default_rng(seed)
    ranks = np.random.default_rng(1).permutation(PROFILES)
    odds = np.cumsum(np.arange(1, PROFILES + 1) ** -ZIPF)
    who = ranks[np.searchsorted(odds / odds[-1], rng.random(count))].tolist()
    names = sorted(EVENTS)
    shares = np.cumsum([EVENTS[name].share for name in names])
    what = np.searchsorted(shares / shares[-1], rng.random(count)).tolist()
    properties = {name: _properties(name, rng) for name in names}
    for number, (profile, place) in enumerate(zip(who, what, strict=True)):
        choices = properties[names[place]]
        yield calls.Track(
            f"u{profile:07d}",
            names[place],
            choices[number % len(choices)],
            message_id=f"live-{seed}-{number}",
        )


def _properties(name: str, rng: np.random.Generator) -> list[dict[str, Any]]:
    columns = EVENTS[name].properties
    values = {key: segql_store.values(one, drawn(one, rng, 997)) for key, one in columns.items()}
    return [
        {key: value for key, value in zip(values, row, strict=True) if value is not None}
        for row in zip(*values.values(), strict=True)
    ]


def run(project: Project, *, batches: int, singles: int) -> Live:
    """Send batches of 100, then single calls."""
    now, sent = NOW, traffic(batches * BATCH + singles, seed=11)
    flips = settings.counted(project.connection, settings.Counter.FLIP)
    batches_s, singles_s, flipping = [], [], 0
    processor_s = 0.0
    for batch in batched(islice(sent, batches * BATCH), BATCH):
        now += STEP_MS
        began = time.process_time()
        batches_s.append(timed(project, batch, now))
        processor_s += time.process_time() - began
    for _ in range(singles):
        now += 1
        before = settings.counted(project.connection, settings.Counter.FLIP)
        singles_s.append(timed(project, [next(sent)], now))
        flipping += settings.counted(project.connection, settings.Counter.FLIP) > before
    done = settings.counted(project.connection, settings.Counter.FLIP) - flips
    return Live(batches * BATCH, tuple(batches_s), tuple(singles_s), processor_s, done, flipping)


def timed(project: Project, batch: Sequence[calls.Call], now: int) -> float:
    """Give the seconds that a batch takes until it is on the disk."""
    began = time.perf_counter()
    ingest.batch(project, batch, now=now)
    return time.perf_counter() - began

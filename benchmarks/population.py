"""A generated population: profiles and their events as NumPy columns, cached on disk.

Every engine is loaded from these very columns. The same size and seed give the same columns.
Activity is skewed as in real products: a few profiles do most, most do little, and names differ in
frequency by a factor of 300. Times lie in the two years before `NOW`; none is later.

Run as a program it generates (or finds) a population and says what is in it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.product import DOMAINS, EVENTS, NO_DATE, NO_LIST, NO_WORD, TRAITS, Column, Event

NOW = 1_772_366_400_000
"""2026-03-01T12:00:00Z, in milliseconds: the instant at which every engine answers."""

DAY = 86_400_000
SPAN = 730 * DAY
VERSION = 1
"""Raise it when the columns change in meaning, so that an older cache is not taken for this one."""


@frozen
class Population:
    """A generated population on disk. Columns are read as memory maps, one file each.

    Profiles are numbered from 0. Events of a name are sorted by profile, then time. Names of events
    are numbered by their place in the alphabet (`names`), so that every engine can sort by number.
    """

    folder: Path
    profiles: int
    events: int

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the events, sorted."""
        return tuple(sorted(EVENTS))

    def trait(self, name: str) -> NDArray[Any]:
        """Give the column of a trait (or of `email`: a place in `DOMAINS`)."""
        return self._column(f"trait.{name}")

    def event(self, name: str, column: str) -> NDArray[Any]:
        """Give `profile` (int32), `time` (int64, ms) or a property of the events called `name`."""
        return self._column(f"event.{name}.{column}")

    def ids(self, low: int, high: int) -> list[str]:
        """Give the external ids of the profiles in [low, high)."""
        return [f"u{profile:07d}" for profile in range(low, high)]

    def emails(self, low: int, high: int) -> list[str | None]:
        """Give the e-mail addresses of the profiles in [low, high), None where there is none."""
        domains = (*DOMAINS.words, *(None,) * (NO_WORD + 1 - len(DOMAINS.words)))
        places = self.trait("email")[low:high].tolist()
        return [
            None if domains[place] is None else f"user{profile}@{domains[place]}"
            for profile, place in zip(range(low, high), places, strict=True)
        ]

    def _column(self, name: str) -> NDArray[Any]:
        column: NDArray[Any] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return column


def population(cache: Path, *, profiles: int, events: int, seed: int = 7) -> Population:
    """Give the population of this size, generated below `cache` unless it is already there.

    20 M events take 3 s and 0.5 GB of memory. A half-written one is never taken for a whole one.
    """
    folder = cache / f"population-v{VERSION}-{profiles}-{events}-{seed}"
    if not (folder / "made.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        counts = _generate(folder, profiles, events, seed)
        (folder / "made.json").write_text(json.dumps(counts))
    made = json.loads((folder / "made.json").read_text())
    return Population(folder, profiles, sum(made.values()))


def _generate(folder: Path, profiles: int, events: int, seed: int) -> dict[str, int]:
    def keep(name: str, column: NDArray[Any]) -> None:
        np.save(folder / f"{name}.npy", column)

    rng = np.random.default_rng(seed)
    start = NOW - (SPAN * rng.random(profiles) ** 1.2).astype(np.int64) // 1000 * 1000
    end = np.where(
        rng.random(profiles) < 0.35,
        start + ((NOW - start) * rng.random(profiles)).astype(np.int64),
        NOW,
    )
    for name, column in TRAITS.items():
        values = _dates(name, rng, start) if column.kind == "date" else drawn(column, rng, profiles)
        keep(f"trait.{name}", values)
    keep("trait.email", drawn(DOMAINS, rng, profiles))

    # Zipf-like: the weight of the r-th most active profile is 1 / (r + profiles / 1000) ** 0.9
    weights = (np.arange(profiles) + profiles / 1000) ** -0.9
    rng.shuffle(weights)
    counts = {}
    for name, event in EVENTS.items():
        who = _who(name, event, rng, weights, round(events * event.share))
        since, until = start[who], end[who]
        if name == "signup":
            until = np.minimum(since + 60_000, until)
        at = since + ((until - since) * rng.random(len(who))).astype(np.int64)
        # `who` is sorted already; one key sorts by profile, then time (times fit in 42 bits)
        key = (who.astype(np.int64) << 42) | at
        key.sort()
        counts[name] = len(who)
        keep(f"event.{name}.profile", who.astype(np.int32))
        keep(f"event.{name}.time", key & ((1 << 42) - 1))
        for key_name, column in event.properties.items():
            keep(f"event.{name}.{key_name}", drawn(column, rng, len(who)))
    return counts


def _who(
    name: str, event: Event, rng: np.random.Generator, weights: NDArray[Any], events: int
) -> NDArray[Any]:
    """Draw the profiles of a name's events, sorted; everybody signs up at most once."""
    able = rng.random(len(weights)) < event.reach
    if name == "signup":
        chosen = np.flatnonzero(able)
        return np.sort(rng.permutation(chosen)[:events])
    odds = np.where(able, weights, 0.0)
    times = rng.multinomial(events, odds / odds.sum())
    return np.repeat(np.arange(len(weights)), times)


def _dates(name: str, rng: np.random.Generator, start: NDArray[Any]) -> NDArray[Any]:
    """Draw a date trait that belongs to the profile's `start`."""
    size = len(start)
    match name:
        case "signed_up_at":
            values, missing = start, 0.01
        case "trial_ends_at":
            values, missing = start // DAY * DAY + rng.integers(14, 45, size) * DAY, 0.65
        case _:
            values, missing = NOW // DAY * DAY + rng.integers(-20, 366, size) * DAY, 0.55
    return np.where(rng.random(size) < missing, NO_DATE, values)


def drawn(column: Column, rng: np.random.Generator, size: int) -> NDArray[Any]:
    match column.kind:
        case "text" | "flag":
            odds = np.cumsum(column.odds) / sum(column.odds)
            values: NDArray[Any] = np.searchsorted(odds, rng.random(size)).astype(np.uint8)
            missing: Any = NO_WORD
        case "number":
            # squared twice: the median lies at a sixteenth of the range, as sizes and prices do
            spread = (column.high - column.low) * rng.random(size) ** 4
            values, missing = np.round(column.low + spread, column.decimals), np.nan
        case _:
            values, missing = np.zeros(size, np.uint16), NO_LIST
            for place, odd in enumerate(column.odds):
                values |= (rng.random(size) < odd).astype(np.uint16) << np.uint16(place)
    if column.missing:
        values[rng.random(size) < column.missing] = missing
    return values


def main() -> None:
    """Generate a population of the size asked for and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--cache", type=Path, default=Path("build/bench"))
    options = parser.parse_args()
    began = time.perf_counter()
    made = population(options.cache, profiles=options.profiles, events=options.events)
    took = time.perf_counter() - began
    print(f"{made.profiles:,} profiles and {made.events:,} events in {took:.1f} s: {made.folder}")


if __name__ == "__main__":
    main()

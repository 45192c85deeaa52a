"""Run the catalogue on every engine, check that all counts are equal, print the times.

Exits with 1 when an engine disagrees about a segment.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from attrs import frozen

from benchmarks.peers.peer import Loader, Peer
from benchmarks.population import Population, population

Result = TypeVar("Result")

PEERS = {"sqlite": "sqlite", "duckdb": "duck", "clickhouse": "clickhouse"}
COLD = ("active pro", "big baskets", "search then export")
"""A trait with a plain `did`, a property filter and a sequence."""


@frozen
class Measured:
    """An engine's counts, its time for the catalogue per repeat, and per segment if known."""

    title: str
    opening_s: float
    first_ms: float
    totals_ms: tuple[float, ...]
    counts: Mapping[str, int]
    segments_ms: Mapping[str, float]

    @property
    def median_ms(self) -> float:
        """The median of the repeats."""
        return statistics.median(self.totals_ms)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; give the exit code."""
    options = _options().parse_args(arguments)
    people = population(options.cache, profiles=options.profiles, events=options.events)
    print(f"{people.profiles:,} profiles, {people.events:,} events, 100 segments\n")
    suffix = people.folder.name.removeprefix("population-")
    measured = []
    for name in options.engines:
        say(f"{name} …")
        if name == "segql":
            measured.append(_segql(people, options.cache / f"segql-{suffix}.db", options.repeats))
        else:
            opened: Loader = import_module(f"benchmarks.peers.{PEERS[name]}").opened
            path = options.cache / f"{name}-{suffix}"
            measured.append(_peer(lambda load=opened, to=path: load(people, to), options.repeats))
    say("")
    _print_totals(measured)
    _print_slowest(measured, options.slowest)
    if "segql" in options.engines:
        _print_cold(options.cache / f"segql-{suffix}.db", options.repeats)
    return _print_differences(measured)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slowest", type=int, default=5, help="segments shown per engine")
    parser.add_argument("--cache", type=Path, default=Path("build/bench"))
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=["segql", *PEERS],
        default=["segql", *PEERS],
    )
    return parser


def _segql(people: Population, path: Path, repeats: int) -> Measured:
    from benchmarks import segql_side, segql_store

    began = time.perf_counter()
    store = segql_store.stored(people, path)
    opening_s = time.perf_counter() - began
    counts, first_ms = _timed(lambda: segql_side.evaluate(store))
    totals = []
    for _ in range(repeats):
        counts, took = _timed(lambda: segql_side.evaluate(store))
        totals.append(took)
    return Measured("SegQL", opening_s, first_ms, tuple(totals), counts, {})


def _peer(opened: Callable[[], Peer], repeats: int) -> Measured:
    began = time.perf_counter()
    peer = opened()
    opening_s = time.perf_counter() - began
    counts: dict[str, int] = {}
    times: dict[str, list[float]] = {statement.segment: [] for statement in peer.statements}
    totals = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        for statement in peer.statements:
            count, took = _timed(lambda sql=statement.sql: peer.count(sql))
            counts[statement.segment] = count
            times[statement.segment].append(took)
        totals.append(1000 * (time.perf_counter() - started))
    title = peer.title
    peer.close()
    medians = {segment: statistics.median(took[1:]) for segment, took in times.items()}
    return Measured(title, opening_s, totals[0], tuple(totals[1:]), counts, medians)


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - began)


def _print_totals(measured: Sequence[Measured]) -> None:
    base = next((one for one in measured if one.title == "SegQL"), measured[0])
    print(
        f"{'the whole catalogue':<24}{'median':>10}{'best':>10}{'first':>10}{'ratio':>8}{'open':>9}"
    )
    for one in measured:
        print(
            f"{one.title:<24}{one.median_ms:>7,.0f} ms{min(one.totals_ms):>7,.0f} ms"
            f"{one.first_ms:>7,.0f} ms{one.median_ms / base.median_ms:>8.2f}{one.opening_s:>7.1f} s"
        )
    print(
        "\nmedian and best of the repeats; first: the run before them; ratio: to "
        f"{base.title}; open: with the load when it was not on disk yet"
    )


def _print_slowest(measured: Sequence[Measured], slowest: int) -> None:
    for one in measured:
        if one.segments_ms and slowest:
            print(f"\nslowest on {one.title}")
            ranked = sorted(one.segments_ms.items(), key=lambda item: -item[1])
            for segment, took in ranked[:slowest]:
                print(f"  {segment:<32}{took:>8.1f} ms{one.counts[segment]:>12,} members")


def _print_cold(store: Path, repeats: int) -> None:
    from benchmarks.segql_side import cold

    print("\none cold segment (a fresh process opens the store and counts)")
    for segment in COLD:
        runs = sorted(
            (cold(store, segment) for _ in range(repeats)), key=lambda run: run.evaluating_ms
        )
        run = runs[len(runs) // 2]
        print(
            f"  {segment:<32}{run.evaluating_ms:>8.1f} ms{run.count:>12,} members"
            f"   (whole process {run.process_ms:.0f} ms: {run.importing_ms:.0f} ms imports, "
            f"{run.parsing_ms:.0f} ms parsing the catalogue)"
        )


def _print_differences(measured: Sequence[Measured]) -> int:
    first = measured[0]
    different = [
        segment
        for segment in first.counts
        if any(one.counts.get(segment) != first.counts[segment] for one in measured)
    ]
    missing = {frozenset(one.counts) for one in measured} != {frozenset(first.counts)}
    if not different and not missing:
        print(f"\nall {len(first.counts)} counts are equal on {len(measured)} engines")
        return 0
    print(f"\ncounts differ for {len(different)} segments")
    for segment in different:
        counts = ", ".join(f"{one.title} {one.counts.get(segment)}" for one in measured)
        print(f"  {segment}: {counts}")
    return 1


def say(text: str) -> None:
    """Say on a terminal what is being done; nothing in a pipe."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Measure the language beside others: parsing, evaluating, starting, and a table of sizes.

    make bench-language

One process, one thread, medians of processor time. Every engine must find the same profiles, or
the run ends with 1.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator

from attrs import frozen

import segql
from benchmarks.language_peers import NOW, PEERS, PROFILES, Compared
from benchmarks.medians import median_s

RULE = (
    'trait.plan = "pro" and trait.seats >= 10 and trait.last_export within 30d '
    'and trait.country in ("GB", "IE", "US")'
)
THREE = (
    'trait.plan = "pro" and did "export" within 30d '
    'and did "purchase" at least 3 times where amount > 100 within 90d'
)
PIECE = THREE + ' and trait.country in ("GB"' + ', "IE"' * 69 + ")"
"""Long enough that 64 KiB of it stay below 500 conditions and 10,000 items."""
COUNT = 'did "purchase" at least 3 times within 90d'
COUNT_WHERE = 'did "purchase" at least 3 times where amount > 100 within 90d'
START = {
    "python -c pass": "pass",
    "import segql": "import segql",
    "import segql and the first parse": "import segql; segql.parse('trait.plan = \"pro\"')",
}


@frozen
class Row:
    """An engine's times and how many profiles it found."""

    title: str
    parse_us: float | None
    evaluate_us: float
    found: int


def main() -> int:
    """Print the tables; give the exit code."""
    rows = [_measured(one) for one in (_segql(), *_peers())]
    ours = rows[0].evaluate_us
    print(f"{'engine':45} {'parse µs':>9} {'evaluate µs':>12} {'ratio':>8}")
    for row in sorted(rows, key=lambda one: one.evaluate_us):
        parse = "" if row.parse_us is None else f"{row.parse_us:.1f}"
        ratio = row.evaluate_us / ours
        print(f"{row.title:45} {parse:>9} {row.evaluate_us:12.3f} {ratio:8.1f}")
    _print_parsing()
    _print_events()
    _print_starts()
    differing = [row for row in rows if row.found != rows[0].found]
    for row in differing:
        print(f"{row.title} finds {row.found} profiles, SegQL {rows[0].found}", file=sys.stderr)
    return 1 if differing else 0


def _segql() -> Compared:
    prepared = [
        segql.Profile.of({"traits": {**one, "last_export": one["last_export"].isoformat()}})
        for one in PROFILES
    ]
    holds = segql.compile(RULE, now=NOW)
    return Compared("SegQL, profiles prepared", lambda: segql.parse(RULE), holds, prepared)


def _peers() -> Iterator[Compared]:
    for peer in PEERS:
        try:
            yield from peer()
        except ImportError as missing:
            print(f"left out: {missing}", file=sys.stderr)


def _measured(one: Compared) -> Row:
    holds, profiles = one.holds, one.profiles

    def count() -> int:
        return sum(1 for profile in profiles if holds(profile))

    parse_us = None if one.parse is None else median_s(one.parse) * 1e6
    return Row(one.title, parse_us, median_s(count) * 1e6 / len(profiles), count())


def _print_parsing() -> None:
    print(f"\nthree conditions with spans: {median_s(lambda: segql.parse(THREE)) * 1e6:.0f} µs\n")
    print(f"{'a text of':>10} {'ms':>8} {'µs per KiB':>11}")
    for size in (1, 4, 16, 64):
        text = " or ".join([PIECE] * max(1, size * 1024 // (len(PIECE) + 4)))
        taken = median_s(lambda text=text: segql.parse(text))  # type: ignore[misc]
        print(f"{size:6} KiB {taken * 1e3:8.2f} {taken * 1e6 / (len(text) / 1024):11.0f}")


def _print_events() -> None:
    day = 86_400_000
    now = int(NOW.timestamp() * 1000)
    events = [
        {"event": "purchase", "time": now - i * day // 2, "properties": {"amount": i * 37 % 200}}
        for i in range(200)
    ]
    profile = segql.Profile.of({"events": events})
    print()
    for rule in (COUNT, COUNT_WHERE):
        holds = segql.compile(rule, now=NOW)
        taken = median_s(lambda holds=holds: holds(profile))  # type: ignore[misc]
        print(f"{taken * 1e6:.2f} µs over 200 events: {rule}")


def _print_starts() -> None:
    print()
    for title, code in START.items():
        print(f"{_start_ms(code):6.0f} ms  {title}")


def _start_ms(code: str, repeats: int = 9) -> float:
    """The median of the processor's time for a process of its own."""

    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime

    taken = []
    for _ in range(repeats):
        begin = used()
        subprocess.run([sys.executable, "-c", code], check=True)
        taken.append((used() - begin) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(main())

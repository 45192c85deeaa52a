"""SegQL's side: the catalogue on the set engine over a real store.

Run as a program it is the cold start: a fresh process opens a store, evaluates one segment of the
catalogue and prints how long that took, imports apart.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from benchmarks.population import NOW
from segql.app.project import Project
from segql.engines import sets
from segql.language.files import parse_file
from segql.model.instants import Moment
from segql.rules import rule as core
from segql.rules.desugar import desugar

CATALOGUE = Path(__file__).with_name("catalogue.segql")


@frozen
class Cold:
    """One segment in a fresh process, from opening the store to the count; and what came before."""

    segment: str
    count: int
    evaluating_ms: float
    parsing_ms: float
    """Building the parser and parsing the whole catalogue."""
    importing_ms: float
    process_ms: float


def catalogue() -> Mapping[str, core.Rule]:
    """Give the rules of the catalogue by segment, as the engines take them."""
    parsed = parse_file(CATALOGUE.read_text(encoding="utf-8"))
    if not parsed.segments:
        raise SystemExit("\n".join(str(diagnostic) for diagnostic in parsed.diagnostics))
    return {segment.name: desugar(segment.rule) for segment in parsed.segments}


def evaluate(
    store: Path, names: tuple[str, ...] = (), rules: Mapping[str, core.Rule] | None = None
) -> dict[str, int]:
    """Give the number of members of each segment in `names`, of all when empty.

    Opens the store, evaluates and closes it: nothing is carried from one call to the next but what
    the file itself holds. Without `rules` the catalogue is parsed first.
    """
    rules = rules or catalogue()
    wanted = names or tuple(rules)
    with Project.opened(store) as project:
        result = sets.evaluate(
            project.path, rules, moment=Moment(NOW, project.zone), names=list(wanted)
        )
        return {name: result.count(name) for name in wanted}


def cold(store: Path, segment: str) -> Cold:
    """Evaluate one segment in a fresh process."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.segql_side", str(store), segment],
        check=True,
        capture_output=True,
        text=True,
    )
    took = 1000 * (time.perf_counter() - began)
    found: dict[str, Any] = json.loads(done.stdout)
    return Cold(
        segment, found["count"], found["evaluating"], found["parsing"], found["importing"], took
    )


def main(importing_ms: float) -> None:
    """Evaluate the segment named on the command line and print its count and times as JSON."""
    store, segment = Path(sys.argv[1]), sys.argv[2]
    began = time.perf_counter()
    rules = catalogue()
    parsing = 1000 * (time.perf_counter() - began)
    began = time.perf_counter()
    counts = evaluate(store, (segment,), rules)
    took = 1000 * (time.perf_counter() - began)
    figures = {"evaluating": took, "parsing": parsing, "importing": importing_ms}
    print(json.dumps({"count": counts[segment], **figures}))


if __name__ == "__main__":
    main(1000 * time.process_time())

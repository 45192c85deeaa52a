"""Somebody types rules into the real terminal UI: how long until each fresh count is on the screen.

The app runs as it always does, on a pseudo-terminal; keys come at a person's pace, and the
screen is read as a terminal would draw it. Exits with 1 when a count is not that of a full evaluation.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfile

import numpy as np

from benchmarks import segql_side, segql_store
from benchmarks.population import NOW, population
from benchmarks.screen import Terminal
from segql.app import segments, sources
from segql.app.project import Project
from segql.model.instants import iso

SIZE = (120, 40)
F2, SELECT_ALL, BACKSPACE = "\x1bOQ", "\x1b[18~", "\x7f"
PACE_S = (0.05, 0.16)
"""Between two keys: some 10 a second, as by a fast typist."""
IDLE_S = 10.0
EDITOR = slice(29, 76)
"""The columns of the editor's text."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--cache", type=Path, default=Path("build/bench"))
    parser.add_argument("--rules", type=int, default=40, help="so many are typed")
    parser.add_argument("--starts", type=int, default=5, help="so often it is started")
    options = parser.parse_args(arguments)
    store = _store(options)
    counts = segql_side.evaluate(store)
    with tempfile.TemporaryDirectory() as state:
        command = [
            sys.executable, "-m", "segql", "tui", "--db", str(store), "--now", iso(NOW),
        ]  # fmt: skip
        env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": state}
        _start(command, env, options.starts)
        with Terminal(command, size=SIZE, env=env) as terminal:
            return _type(terminal, counts, options)


def _store(options: argparse.Namespace) -> Path:
    """A store of the population's own for this, with the catalogue defined in it."""
    people = population(options.cache, profiles=options.profiles, events=options.events)
    suffix = people.folder.name.removeprefix("population-")
    store: Path = options.cache / f"tui-{suffix}.db"
    if not store.exists():
        half = store.with_suffix(".half")
        copyfile(segql_store.stored(people, options.cache / f"segql-{suffix}.db"), half)
        with Project.opened(half) as project:
            source = sources.source_of(segql_side.CATALOGUE.read_text("utf-8"), "catalogue")
            segments.apply(project, segments.plan(project, source.written), now=NOW)
        half.rename(store)
    return store


def _start(command: Sequence[str], env: dict[str, str], times: int) -> None:
    painted, filled, processor = list[float](), list[float](), list[float]()
    for _ in range(times):
        with Terminal(command, size=SIZE, env=env) as terminal:
            painted.append(terminal.shows("Help") - terminal.began)
            processor.append(terminal.processor_s())
            filled.append(terminal.shows("csv exporters") - terminal.began)
    print(f"{'start to the first paint':<40}{1000 * statistics.median(painted):>7,.0f} ms")
    print(f"{'  processor time of that':<40}{1000 * statistics.median(processor):>7,.0f} ms")
    print(f"{'start to the segments':<40}{1000 * statistics.median(filled):>7,.0f} ms")


def _type(terminal: Terminal, counts: dict[str, int], options: argparse.Namespace) -> int:
    chance = random.Random(7)
    rules = _rules()
    chosen = chance.sample(sorted(rules), min(options.rules, len(rules)))
    terminal.shows("csv exporters")
    terminal.send(F2)
    terminal.shows("untitled 1")
    echoes, fresh, wrong = list[float](), list[float](), 0
    memory = list[float]()
    for name in chosen:
        text, of = rules[name], f"of {options.profiles:,}"
        for place, key in enumerate(text):
            sent = terminal.send(key)
            seen = _is_written(text[: place + 1])
            shown = terminal.wait(seen, f"{text[: place + 1]!r}")
            if key != " ":
                echoes.append(shown - sent)
            if place + 1 < len(text):
                time.sleep(max(0.0, chance.uniform(*PACE_S) - (time.perf_counter() - sent)))
        wanted = f" {counts[name]:,} {of}"
        try:
            fresh.append(terminal.wait(_has(wanted), f"{wanted!r} for {text}") - sent)
        except SystemExit as never:
            print(never)
            wrong += 1
        memory.append(terminal.memory_mb())
        terminal.send(SELECT_ALL)
        time.sleep(0.2)
        terminal.send(BACKSPACE)
        terminal.shows("no rule yet")
    _print("key to its letter on the screen", echoes)
    _print("last key to the fresh count", fresh)
    slowest = sorted(zip(fresh, chosen, strict=False), reverse=True)[:5]
    for took, name in slowest:
        print(f"    {1000 * took:>6,.0f} ms  {rules[name]}")
    print(f"{'memory, after the first rule':<40}{memory[0]:>7,.0f} MB")
    middle = len(memory) // 2
    print(f"{f'memory, after rule {middle + 1}':<40}{memory[middle]:>7,.0f} MB")
    print(f"{f'memory, after rule {len(memory)}':<40}{memory[-1]:>7,.0f} MB")
    before = terminal.processor_s()
    time.sleep(IDLE_S)
    idle = (terminal.processor_s() - before) / IDLE_S
    print(f"{'processor while nobody types':<40}{100 * idle:>7.1f} %")
    print(f"{len(chosen)} rules, {len(echoes):,} keys, {wrong} wrong counts")
    return int(wrong > 0)


def _rules() -> dict[str, str]:
    """The catalogue's rules on one line each, by segment."""
    text = segql_side.CATALOGUE.read_text("utf-8")
    parts = re.split(r'^segment "(.+)"\n', re.sub("^#.*\n", "", text, flags=re.M), flags=re.M)[1:]
    bodies = (re.sub(r"\s+", " ", body).strip().removeprefix("when ") for body in parts[1::2])
    return dict(zip(parts[::2], bodies, strict=True))


def _is_written(text: str) -> Callable[[Sequence[str]], bool]:
    """Whether the editor, which folds lines at spaces, holds just that."""
    letters = text.replace(" ", "")

    def seen(lines: Sequence[str]) -> bool:
        shown = "".join(line[EDITOR].replace(" ", "") for line in lines[2:20])
        return shown.startswith(letters)

    return seen


def _has(text: str) -> Callable[[Sequence[str]], bool]:
    return lambda lines: any(text in line for line in lines)


def _print(what: str, took: Sequence[float]) -> None:
    p50, p95, most = 1000 * np.quantile(took, [0.5, 0.95, 1.0])
    print(f"{what:<40}{p50:>7,.0f} ms p50{p95:>7,.0f} ms p95{most:>7,.0f} ms at most")


if __name__ == "__main__":
    sys.exit(main())

"""Somebody types rules into the real terminal UI: how long until each fresh count is on the screen.

The app runs as it always does, on a pseudo-terminal; keys come at a person's pace, and the
screen is read as a terminal would draw it. Exits with 1 when a count is not a full evaluation's.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from shutil import copyfile

import numpy as np
from attrs import frozen

from benchmarks import segql_side, segql_store
from benchmarks.population import NOW, population
from benchmarks.screen import NeverShown, Terminal
from segql.app import segments, sources
from segql.app.project import Project
from segql.model.instants import iso

SIZE = (120, 40)
F2, SELECT_ALL, BACKSPACE = "\x1bOQ", "\x1b[18~", "\x7f"
PACE_S = (0.05, 0.16)
"""Between two keys: some 10 a second, as by a fast typist."""
IDLE_S = 10.0
FIRST = "csv exporters"
"""A segment that the first screen shows."""
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
    rules = _rules()
    chosen = random.Random(7).sample(sorted(rules), min(options.rules, len(rules)))
    rules = {name: rules[name] for name in chosen}
    counted = {name: f" {counts[name]:,} of {options.profiles:,}" for name in chosen}
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", "segql", "tui", "--db", str(store), "--now", iso(NOW)]
        env = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": state}
        _start(command, env, options.starts)
        with Terminal(command, size=SIZE, env=env) as terminal:
            terminal.shows(FIRST)
            terminal.send(F2)
            terminal.shows("untitled 1")
            typed = _typed(terminal, rules, counted)
            _report(typed, rules)
            before = terminal.processor_s()
            time.sleep(IDLE_S)
            idle = (terminal.processor_s() - before) / IDLE_S
            print(f"{'processor while nobody types':<40}{100 * idle:>7.1f} %")
    wrong = len(rules) - len(typed.fresh_s)
    print(
        f"{len(rules)} rules, {typed.keys:,} keys, {wrong} counts that are not a full evaluation's"
    )
    return int(wrong > 0)


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
            filled.append(terminal.shows(FIRST) - terminal.began)
    print(f"{'start to the first paint':<40}{1000 * statistics.median(painted):>7,.0f} ms")
    print(f"{'  processor time of that':<40}{1000 * statistics.median(processor):>7,.0f} ms")
    print(f"{'start to the segments':<40}{1000 * statistics.median(filled):>7,.0f} ms")


@frozen
class Typed:
    """What typing rules took, in seconds, and what the program held after each, in MB."""

    letters_s: Sequence[float]
    """From a key to its letter on the screen."""
    fresh_s: Mapping[str, float]
    """From the last key of a rule to its count on the screen; not of those that never came."""
    keys: int
    processor_s: float
    memory_mb: Sequence[float]


def _typed(terminal: Terminal, rules: Mapping[str, str], counted: Mapping[str, str]) -> Typed:
    """Type each of `rules` into an empty text, and wait until `counted` of it is on the screen."""
    chance = random.Random(7)
    letters, fresh, memory = list[float](), dict[str, float](), list[float]()
    before = terminal.processor_s()
    for name, text in rules.items():
        for place, key in enumerate(text):
            sent = terminal.send(key)
            shown = terminal.wait(_is_written(text[: place + 1]), f"{text[: place + 1]!r}")
            if key != " ":
                letters.append(shown - sent)
            if place + 1 < len(text):
                time.sleep(max(0.0, chance.uniform(*PACE_S) - (time.perf_counter() - sent)))
        try:
            fresh[name] = terminal.shows(counted[name]) - sent
        except NeverShown as never:
            print(f"{text}\n{never}")
        memory.append(terminal.memory_mb())
        terminal.send(SELECT_ALL)
        time.sleep(0.2)  # two keys at once may be told apart in another order
        terminal.send(BACKSPACE)
        terminal.shows("no rule yet")
    processor_s = terminal.processor_s() - before
    return Typed(letters, fresh, sum(map(len, rules.values())), processor_s, memory)


def _report(typed: Typed, rules: Mapping[str, str]) -> None:
    _print("key to its letter on the screen", typed.letters_s)
    _print("last key to the fresh count", list(typed.fresh_s.values()))
    for name, took in sorted(typed.fresh_s.items(), key=lambda one: -one[1])[:3]:
        print(f"    {1000 * took:>6,.0f} ms  {rules[name]}")
    processor_ms = 1000 * typed.processor_s / typed.keys
    print(f"{'processor time of a key, counting too':<40}{processor_ms:>7,.0f} ms")
    for place in sorted({0, len(rules) // 2, len(rules) - 1}):
        print(f"{f'memory after rule {place + 1}':<40}{typed.memory_mb[place]:>7,.0f} MB")


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


def _print(what: str, took: Sequence[float]) -> None:
    p50, p95, most = 1000 * np.quantile(took, [0.5, 0.95, 1.0])
    print(f"{what:<40}{p50:>7,.0f} ms p50{p95:>7,.0f} ms p95{most:>7,.0f} ms at most")


if __name__ == "__main__":
    sys.exit(main())

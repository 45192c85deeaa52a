"""Tests beside segments: cases of `*.test.toml` against the `.segql` files beside them.

A file's segments are those in and below its project's folder: from its own folder, or from the
one above where its own holds no `.segql` file, upwards as long as folders hold some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from attrs import define, field, frozen

from segql.app.cases import BadCases, Case, CaseFile, read_cases
from segql.app.checks import check_together
from segql.app.sources import SUFFIX, SourceFile, files_in, read_file, refuse_twice
from segql.engines.explanation.explain import explain
from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.memory import Profile, in_teams
from segql.language import syntax
from segql.language.format import format_line
from segql.language.near import nearest
from segql.language.source import Source, Span
from segql.model.errors import Refused
from segql.model.instants import Moment
from segql.model.why import Why
from segql.rules import rule as core
from segql.rules.desugar import desugar
from segql.rules.order import in_order

TEST_SUFFIX = ".test.toml"


@frozen
class Outcome:
    """What a case gave: who is missing from its members, who is not among them, and why."""

    file: str
    line: int
    case: str
    segment: str
    passed: bool
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    expected_because: str
    whys: Mapping[str, Why]
    """For each wrong profile, why the segment's rule holds or not."""


@frozen
class Uncovered:
    """A condition that no case made true, or false; or a segment without a case (`never` None)."""

    file: str
    line: int
    column: int
    segment: str
    condition: str | None
    never: Literal["true", "false", "either"] | None


@frozen
class Report:
    """All that a run of tests found."""

    outcomes: tuple[Outcome, ...]
    uncovered: tuple[Uncovered, ...]
    conditions: int
    """How many conditions the segments have, constants apart."""
    covered: int
    """How many of them were true for somebody in a case, and false for somebody."""

    @property
    def failed(self) -> int:
        """How many cases gave other members than they say."""
        return sum(not outcome.passed for outcome in self.outcomes)


@frozen
class Suite:
    """The segments of one folder, and the files of cases that speak of them."""

    folder: Path
    sources: tuple[SourceFile, ...]
    files: tuple[tuple[Path, CaseFile], ...]


def suites_in(paths: Iterable[Path]) -> tuple[Suite, ...]:
    """The test files named, and those below the folders named, by the folder of their segments.

    Sources carry diagnostics; only suites without errors can be run. Raises `Refused` where there
    is no test file or no segment beside one, `BadCases` for a file that cannot be read.
    """
    by_folder: dict[Path, list[Path]] = {}
    for path in files_in(paths, suffix=TEST_SUFFIX):
        by_folder.setdefault(_folder_of(path), []).append(path)
    return tuple(_suite(folder, tests) for folder, tests in by_folder.items())


def _suite(folder: Path, tests: Iterable[Path]) -> Suite:
    files = tuple((path, read_cases(path, "segment")) for path in tests)
    lists = (
        document.get("segments") or () for _, file in files for document in file.profiles.values()
    )
    manual = {name for listed in lists for name in listed}
    sources = refuse_twice([read_file(path) for path in files_in([folder])])
    return Suite(folder, check_together(sources, manual=manual), files)


def _folder_of(test: Path) -> Path:
    folder = test.parent
    while not _holds_segments(folder):
        if folder != test.parent or folder.resolve() == folder.resolve().parent:
            raise Refused(
                f"no {SUFFIX} file is beside `{test}`, nor in the folder above", code="no-files"
            )
        folder = _above(folder)
    while _holds_segments(above := _above(folder)) and above.resolve() != folder.resolve():
        folder = above
    return folder


def _above(folder: Path) -> Path:
    return folder.parent if folder.name not in ("", "..") else folder / ".."


def _holds_segments(folder: Path) -> bool:
    return any(path.is_file() for path in folder.glob(f"*{SUFFIX}"))


def run(suites: Iterable[Suite]) -> Report:
    """Every case of every suite, and what they left uncovered."""
    outcomes: list[Outcome] = []
    uncovered: list[Uncovered] = []
    conditions = covered = 0
    for suite in suites:
        segments = {
            segment.name: _Segment(segment, source)
            for source in suite.sources
            for segment in source.parsed.segments
        }
        for path, file in suite.files:
            outcomes += _run_file(path, file, segments, suite.folder)
        for segment in segments.values():
            conditions += len(segment.coverage)
            covered += sum(len(seen) == 2 for _, seen in segment.coverage)
            uncovered += segment.uncovered()
    return Report(tuple(outcomes), tuple(uncovered), conditions, covered)


@define
class _Segment:
    """A segment and which of its conditions were seen true, and false."""

    written: syntax.Segment
    source: SourceFile
    has_case: bool = False
    coverage: list[tuple[syntax.Condition, set[bool]]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.coverage = [(found, set()) for found in _conditions(self.written.rule)]

    def watch(self, people: Mapping[str, Profile], moment: Moment) -> None:
        """Note what the conditions are for the people of a case."""
        self.has_case = True
        for condition, seen in self.coverage:
            if len(seen) < 2:
                holds = compile_rule(desugar(condition)).at(moment)
                seen.update(map(holds, people.values()))

    def uncovered(self) -> Iterator[Uncovered]:
        """The conditions that were not seen both ways; the segment itself where it has no case."""
        if not self.has_case:
            yield self._place(self.written.name_span, None, None)
            return
        for condition, seen in self.coverage:
            if len(seen) < 2:
                never: Literal["true", "false", "either"] = (
                    "either" if not seen else "false" if True in seen else "true"
                )
                yield self._place(condition.span, format_line(condition), never)

    def _place(
        self,
        span: Span | None,
        condition: str | None,
        never: Literal["true", "false", "either"] | None,
    ) -> Uncovered:
        source = Source(self.source.text, self.source.name)
        line, column = source.line_column(span.start if span is not None else 0)
        return Uncovered(self.source.name, line, column, self.written.name, condition, never)


def _conditions(rule: syntax.Rule) -> Iterator[syntax.Condition]:
    match rule:
        case syntax.And(items) | syntax.Or(items) | syntax.Group(items=items):
            for item in items:
                yield from _conditions(item)
        case syntax.Not(item):
            yield from _conditions(item)
        case syntax.Constant():
            pass
        case _:
            yield rule


def _run_file(
    path: Path, file: CaseFile, segments: Mapping[str, _Segment], folder: Path
) -> Iterator[Outcome]:
    written = {name: segment.written.rule for name, segment in segments.items()}
    known: dict[int, dict[str, Profile]] = {}
    for case in file.cases:
        if case.subject not in segments:
            near = nearest(case.subject, segments)
            raise BadCases(
                f"{path}:{case.line}: no {SUFFIX} file in `{folder}` holds a segment"
                f" `{case.subject}`",
                code="unknown-segment",
                hint=None if near is None else f"did you mean `{near}`?",
            )
        moment = Moment(case.now, file.zone)
        if case.now not in known:
            known[case.now] = settled(file, {n: desugar(r) for n, r in written.items()}, moment)
        people = known[case.now]
        segments[case.subject].watch(people, moment)
        yield _outcome(path, case, people, moment, written)


def _outcome(
    path: Path,
    case: Case,
    people: Mapping[str, Profile],
    moment: Moment,
    written: Mapping[str, syntax.Rule],
) -> Outcome:
    found = {who for who, one in people.items() if one.in_segment(case.subject)}
    wrong = [who for who in people if (who in found) != (who in case.members)]
    rule, others = written[case.subject], {**written}
    del others[case.subject]
    return Outcome(
        file=str(path),
        line=case.line,
        case=case.name,
        segment=case.subject,
        passed=not wrong,
        missing=tuple(who for who in wrong if who not in found),
        unexpected=tuple(who for who in wrong if who in found),
        expected_because=case.why,
        whys={who: explain(rule, people[who], moment, segments=others) for who in wrong},
    )


def settled(file: CaseFile, rules: Mapping[str, core.Rule], moment: Moment) -> dict[str, Profile]:
    """The people of a file, each in those segments of `rules` whose rules hold for them.

    For other segments than these, what a document lists of its own stays.
    """
    people = in_teams({who: Profile.of(one, zone=file.zone) for who, one in file.profiles.items()})
    for name in in_order(rules):
        holds = compile_rule(rules[name]).at(moment)
        people = in_teams(
            {who: one.settled(name, inside=holds(one)) for who, one in people.items()}
        )
    return people

"""`.segql` files linted together, beside the data of a project or without; and their fixes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from attrs import evolve, frozen

from segql.app.checks import check_together
from segql.app.project import Project
from segql.app.sources import SourceFile, source_of
from segql.language.comments import places_in
from segql.language.diagnostics import Diagnostic, Fix, Severity, strictly
from segql.language.syntax import Segment
from segql.model.instants import Instant, Moment
from segql.model.vocabulary import Vocabulary
from segql.rules.check import lists_known
from segql.rules.desugar import desugar
from segql.rules.implied import Judge
from segql.rules.lint_catalogue import on_data, same_rules, unused
from segql.rules.lint_codes import CODES, Code, codes_about
from segql.rules.lint_groups import Groups
from segql.rules.lint_reach import reach
from segql.rules.rule import Rule
from segql.rules.silences import allowed

_Key: TypeAlias = tuple[str, Fix]
"""A text, and a fix that spoils it."""

_MOST_ROUNDS: Final = 1_000
_ACROSS: Final = frozenset({"same-rule"})
_NAMED: Final = frozenset({"unused-segment"})


def codes() -> tuple[Code, ...]:
    """All that may be found, in the order in which it is explained."""
    return tuple(CODES.values())


def linted(
    files: Sequence[SourceFile],
    project: Project | None = None,
    *,
    used: Collection[str] | None = None,
    is_whole: bool = False,
    now: Instant | None = None,
    strict: bool = False,
) -> tuple[SourceFile, ...]:
    """The files with their errors, and what the linter finds where a file has none.

    With a project, kinds of values and members at `now` are looked at too. `used` are the segments
    that something outside the files uses, if all of them are known. `is_whole`: the files are a
    whole project's, so that a comment may be said to allow nothing although it speaks of several.
    With `strict` warnings are errors.
    """
    judged = codes_about("rule") | (_ACROSS if is_whole else frozenset())
    judged |= _NAMED if is_whole and used is not None else frozenset()
    rules = _rules(files, project)
    found = _found(files, project, rules)
    segments = tuple(segment for file in files for segment in file.parsed.segments)
    across = [*same_rules(segments), *unused(segments, used)]
    faulty = any(one.severity is Severity.ERROR for here in found for one in here)
    if project is not None and now is not None and not faulty:
        judged |= codes_about("data")
        across += _on_data(segments, rules, project, now)
    owners = {
        segment.name: index for index, file in enumerate(files) for segment in file.parsed.segments
    }
    for segment, finding in across:
        found[owners[segment.name]].append(finding)
    return tuple(
        _with_findings(file, found[index], judged, strict=strict)
        for index, file in enumerate(files)
    )


def _rules(files: Sequence[SourceFile], project: Project | None) -> dict[str, Rule]:
    rules = {} if project is None else dict(project.catalog().rules)
    for file in files:
        rules |= {segment.name: desugar(segment.rule) for segment in file.parsed.segments}
    return rules


def _found(
    files: Sequence[SourceFile], project: Project | None, rules: Mapping[str, Rule]
) -> list[list[Diagnostic]]:
    """For each file its errors, and the findings about single rules."""
    vocabulary: Vocabulary | None = None if project is None else project.vocabulary()
    found = []
    for file in check_together(files, vocabulary):
        here = [
            one for one in file.diagnostics if one.severity is Severity.ERROR or CODES.get(one.code)
        ]
        if file.parsed.segments:
            places, lists = places_in(file.text), lists_known(vocabulary)
            for segment in file.parsed.segments:
                groups = Groups(file.text, places, Judge(lists))
                here.extend(groups.findings(segment.rule))
                here.extend(reach(segment, file.text, rules))
        found.append(here)
    return found


def _on_data(
    segments: Sequence[Segment], rules: Mapping[str, Rule], project: Project, now: Instant
) -> Iterator[tuple[Segment, Diagnostic]]:
    from segql.engines import sets

    names = [segment.name for segment in segments]
    members = sets.evaluate(project.path, rules, moment=Moment(now, project.zone), names=names)
    yield from on_data(segments, rules, members)


def _with_findings(
    file: SourceFile, found: Sequence[Diagnostic], judged: Collection[str], *, strict: bool
) -> SourceFile:
    left = allowed(file.text, found, judged=judged) if file.parsed.segments else tuple(found)
    ordered = sorted(left, key=lambda one: (one.span.start, one.span.end))
    return evolve(file, diagnostics=strictly(ordered) if strict else tuple(ordered))


@frozen
class Mended:
    """A file after its fixes, formatted where there was one, and their number."""

    file: SourceFile
    fixes: int


def mended(
    files: Sequence[SourceFile], project: Project | None = None, *, changing: bool = False
) -> tuple[Mended, ...]:
    """The files with what can be fixed fixed; what is about several segments or data stays.

    With `changing` also by fixes that change who is in a segment. In each segment one fix follows
    the other, each found in what the one before left: two may be right alone and wrong together.
    """
    current = [Mended(file, 0) for file in files]
    judged = codes_about("rule")
    refused: set[_Key] = set()
    for _ in range(_MOST_ROUNDS):
        texts = [one.file for one in current]
        found = _found(texts, project, _rules(texts, project))
        changed = False
        for index, one in enumerate(current):
            if one.file.is_faulty:
                continue
            left = allowed(one.file.text, found[index], judged=judged)
            fixes = _one_each(one.file, left, refused, changing=changing)
            after = _applied(one.file, fixes)
            while fixes and after.is_faulty:  # some fix may do that; the others have to wait
                refused.add(_key(one.file, fixes.pop()))
                after = _applied(one.file, fixes)
            if fixes:
                current[index] = Mended(after, one.fixes + len(fixes))
                changed = True
        if not changed:
            break
    return tuple(_formatted(one) for one in current)


def _one_each(
    file: SourceFile, found: Sequence[Diagnostic], refused: Collection[_Key], *, changing: bool
) -> list[Fix]:
    """A fix for each segment, one that keeps its members first; last segment first, so that the
    places in the others hold.
    """
    firsts: dict[int, Fix] = {}
    starts = [segment.span.start for segment in file.parsed.segments if segment.span]
    mendable = [one for one in found if one.code in CODES]
    for one in sorted(mendable, key=lambda one: CODES[one.code].changes_members):
        if one.fix is None or (CODES[one.code].changes_members and not changing):
            continue
        if _key(file, one.fix) not in refused:
            firsts.setdefault(bisect_right(starts, one.fix.span.start), one.fix)
    return [firsts[owner] for owner in sorted(firsts, reverse=True)]


def _key(file: SourceFile, fix: Fix) -> _Key:
    return file.text, fix


def _applied(file: SourceFile, fixes: Sequence[Fix]) -> SourceFile:
    """The file after fixes, the last place first."""
    text = file.text
    for fix in fixes:
        text = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
    return source_of(text, file.name, file.path)


def _formatted(one: Mended) -> Mended:
    if not one.fixes:
        return one
    file = one.file
    return evolve(one, file=source_of(file.formatted, file.name, file.path))

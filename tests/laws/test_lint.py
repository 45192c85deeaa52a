"""Generated catalogues: the linter never fails, and what it mends takes in the same people."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from language.strategies import all_of, any_of, conditions, files
from laws.worlds import World, world
from populations import by_oracle
from segql.app.lint import codes, linted, mended
from segql.app.sources import SourceFile, source_of
from segql.language.diagnostics import Severity
from segql.language.file_texts import format_file
from segql.language.format import format_rule
from segql.language.syntax import Constant, Group, Not, Rule, Segment

WORLDS = [world(number, size=8) for number in range(3)]
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=400)


def source(*written: Rule) -> SourceFile:
    text = "".join(f'segment "{n}"\n  when {format_rule(rule)}\n' for n, rule in enumerate(written))
    return source_of(text, "generated")


@st.composite
def repetitive(draw: st.DrawFn, here: World) -> Rule:
    """A rule over a handful of conditions, so that some decide nothing."""
    pool = [*draw(st.lists(conditions(here.pools), min_size=1, max_size=3)), Constant(True)]
    leaves = st.sampled_from(pool)

    def nested(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        several = st.lists(inner, min_size=2, max_size=4)
        groups = st.builds(
            lambda how, items: Group(how, tuple(items)),
            st.sampled_from(("all", "any", "none")),
            st.lists(inner, min_size=1, max_size=3),
        )
        counted = several.map(lambda items: Group("at least", tuple(items), len(items) - 1))
        return st.one_of(several.map(all_of), several.map(any_of), inner.map(Not), groups, counted)

    return draw(st.recursive(leaves, nested, max_leaves=8))


def members(here: World, file: SourceFile) -> dict[str, frozenset[str]]:
    answer = by_oracle(here.documents, here.segments, here.zone, Path())
    return answer({one.name: one.rule for one in file.parsed.segments}, here.now)


def mend(data: st.DataObject, number: int, *, changing: bool) -> None:
    here = WORLDS[number]
    before = source(*data.draw(st.lists(repetitive(here), min_size=1, max_size=3)))
    (after,) = mended([before], changing=changing)
    assert not after.file.is_faulty
    old, new = members(here, before), members(here, after.file)
    for name, people in old.items():
        assert new[name] <= people if changing else new[name] == people, name
    (again,) = mended([after.file], changing=changing)
    assert again.fixes == 0
    assert again.file.text == after.file.text


@QUICK
@given(data=st.data(), number=st.integers(0, len(WORLDS) - 1), changing=st.booleans())
def test_what_is_mended_takes_in_the_same_people(
    data: st.DataObject, number: int, changing: bool
) -> None:
    mend(data, number, changing=changing)


@pytest.mark.slow
@LONG
@given(data=st.data(), number=st.integers(0, len(WORLDS) - 1), changing=st.booleans())
def test_what_is_mended_takes_in_the_same_people_at_length(
    data: st.DataObject, number: int, changing: bool
) -> None:
    mend(data, number, changing=changing)


@QUICK
@given(segments=files())
def test_no_catalogue_is_too_much(segments: tuple[Segment, ...]) -> None:
    file = source_of(format_file(segments), "generated")
    (found,) = linted([file], used=frozenset(), is_whole=True)
    known = {code.name for code in codes()}
    for one in found.diagnostics:
        assert one.severity is Severity.ERROR or one.code in known
        assert 0 <= one.span.start <= one.span.end <= len(file.text)

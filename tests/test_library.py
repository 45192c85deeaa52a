"""The public library: what embedders call, and what they meet when something is wrong."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import segql

NOW = "2026-03-01T12:00:00Z"
RULE = 'trait.plan = "pro" and did "export" within 30d'
ANN: dict[str, Any] = {
    "traits": {"plan": "pro"},
    "events": [{"event": "export", "time": "2026-02-20T09:00:00Z"}],
}


def test_the_version_is_that_of_the_package() -> None:
    pyproject = Path(__file__).parents[1] / "pyproject.toml"
    assert segql.__version__ == tomllib.loads(pyproject.read_text())["project"]["version"]


@pytest.mark.parametrize("name", segql.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(segql, name) is not None
    assert name in dir(segql)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute `compute`"):
        _ = segql.compute


@pytest.mark.parametrize(
    "now",
    [NOW, "2026-03-01T13:00:00+01:00", datetime(2026, 3, 1, 12, tzinfo=UTC), 1_772_366_400_000],
)
def test_now_is_text_a_datetime_or_milliseconds(now: Any) -> None:
    assert segql.matches(
        'did "x" on 2026-03-01', {"events": [{"event": "x", "time": now}]}, now=now
    )


@pytest.mark.parametrize("now", ["soon", datetime(2026, 3, 1), None, True])  # noqa: DTZ001
def test_a_faulty_now_is_refused(now: Any) -> None:
    with pytest.raises(segql.SegqlError) as caught:
        segql.matches("everyone", {}, now=now)
    assert caught.value.code == "bad-time"


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(segql.SegqlError, match="no time zone is called `Mars/Base`"):
        segql.matches("everyone", {}, now=NOW, zone="Mars/Base")


def test_the_zone_decides_days_and_times_without_offset() -> None:
    local: dict[str, Any] = {"events": [{"event": "x", "time": "2026-02-28 23:30"}]}
    fixed: dict[str, Any] = {"events": [{"event": "x", "time": "2026-02-28T23:30:00Z"}]}
    for document, in_utc, in_zurich in ((local, False, False), (fixed, False, True)):
        assert segql.matches('did "x" on today', document, now=NOW) is in_utc
        assert (
            segql.matches('did "x" on today', document, now=NOW, zone="Europe/Zurich") is in_zurich
        )


def test_a_rule_is_a_text_or_what_parse_gave() -> None:
    rule = segql.parse(RULE)
    for each in (RULE, rule):
        assert segql.matches(each, ANN, now=NOW)
        assert segql.explain(each, ANN, now=NOW).holds
        assert segql.format(each) == RULE
        assert segql.from_dict(segql.to_dict(each)) == rule


def test_one_predicate_serves_many_profiles() -> None:
    holds = segql.compile(RULE, now=NOW)
    people: list[Any] = [ANN, {}, segql.Profile.of(ANN), {"traits": {"plan": "pro"}}]
    assert [holds(person) for person in people] == [True, False, True, False]


def test_a_faulty_rule_raises_its_diagnostics() -> None:
    for call in (
        lambda text: segql.parse(text),
        lambda text: segql.format(text),
        lambda text: segql.to_dict(text),
        lambda text: segql.matches(text, {}, now=NOW),
        lambda text: segql.compile(text, now=NOW),
        lambda text: segql.explain(text, {}, now=NOW),
    ):
        with pytest.raises(segql.RuleError) as caught:
            call('trait.plan = "pro" and')
        assert caught.value.diagnostics
        assert isinstance(caught.value, segql.SegqlError)


def test_check_gives_diagnostics_and_never_raises() -> None:
    for text in ("", "\x00", "(" * 10_000, 'did "x', "everyone everyone", "\ud800"):
        assert segql.check(text)
    assert segql.check(RULE) == ()


def test_what_a_vocabulary_does_not_know_is_a_warning_and_strictly_an_error() -> None:
    known = segql.Vocabulary.of({"traits": {"plan": ["pro"]}, "events": ["export"]})
    text = 'trait.plam = "pro" and did "export"'
    assert segql.check(text) == segql.check(RULE, known) == ()
    (warned,) = segql.check(text, known)
    (refused,) = segql.check(text, known, strict=True)
    assert (warned.severity, refused.severity) == ("warning", "error")
    assert warned.fix == refused.fix


def test_a_faulty_profile_says_where() -> None:
    with pytest.raises(segql.SegqlError, match=r"`events\[1\].time` must be a time, not `soon`"):
        segql.matches(
            "everyone",
            {"events": [{"event": "x", "time": 1}, {"event": "x", "time": "soon"}]},
            now=NOW,
        )


def test_segments_of_a_lone_document_are_its_own_list() -> None:
    assert segql.matches('in segment "new"', {"segments": ["new"]}, now=NOW)
    assert not segql.matches('in segment "new"', {}, now=NOW)


def test_a_project_opens_lazily(tmp_path: Path) -> None:
    with segql.open(tmp_path / "segql.db", zone="Europe/Zurich") as project:
        assert project.zone.key == "Europe/Zurich"
    with pytest.raises(segql.SegqlError):
        segql.open(tmp_path / "missing.db", create=False)


def test_a_file_of_segments_is_read_written_and_told_as_json() -> None:
    text = 'segment "all"  # of them\n  when everyone\n'
    segments = segql.parse_file(text)
    assert [(segment.name, segment.rule) for segment in segments] == [
        ("all", segql.parse("everyone"))
    ]
    assert segql.format_file(text.replace("  ", "\t")) == text
    assert segql.format_file(segments) == text.replace("  # of them", "")
    assert segql.file_from_dict(segql.file_to_dict(segments)) == segments
    with pytest.raises(segql.RuleError):
        segql.parse_file(text + text)
    with pytest.raises(segql.RuleError):
        segql.format_file("segment")


def test_a_plan_that_is_applied_makes_the_rule_hold() -> None:
    rule, ann = 'trait.plan = "pro" and did "export"', {"traits": {"plan": "free"}}
    plan = segql.explain(rule, ann, now="2026-03-01T12:00:00Z").plans[0]
    after = segql.applied(ann, plan, now="2026-03-01T12:00:00Z")
    assert segql.matches(rule, after, now="2026-03-01T12:00:00Z")
    assert ann == {"traits": {"plan": "free"}}


def test_without_flips_a_reason_has_the_verdict_alone() -> None:
    why = segql.explain('trait.plan = "pro"', {}, now="2026-03-01T12:00:00Z", flips=False)
    assert (why.holds, why.plans) == (False, ())

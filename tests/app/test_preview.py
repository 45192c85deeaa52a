"""A text that is being written: previewed, proposed, saved, and each given up half-way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import segql
from segql.app import segments
from segql.app.advance import catch_up
from segql.app.preview import Preview, preview
from segql.app.project import Project
from segql.app.proposals import propose
from segql.app.writing import read_draft, with_head
from segql.model.errors import Refused, SegqlError
from segql.model.instants import read_instant, zone_named

NOW = "2026-03-01T12:00:00Z"
AT = read_instant(NOW, zone_named("UTC")) or 0


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Six profiles, three of them on `pro`, and the segment of these."""
    path = tmp_path / "small.db"
    with segql.open(path, zone="UTC") as made:
        for number in range(6):
            plan = "pro" if number % 2 else "free"
            made.identify(f"p{number}", {"plan": plan, "seats": number}, now=NOW)
        made.define("pros", 'trait.plan = "pro"', now=NOW)
    with Project.opened(path) as opened:
        yield opened


def previewed(project: Project, text: str, at: int = 0, name: str | None = None) -> Preview:
    return preview(project, read_draft(text, at), name=name, now=AT)


def test_change_is_against_the_saved_rule(project: Project) -> None:
    found = previewed(project, 'segment "pros"\n  when trait.seats > 2')
    assert (found.count, found.entering, found.leaving) == (3, 1, 1)
    assert [(one.external, one.change) for one in found.people] == [
        ("p4", "enters"), ("p1", "leaves"), ("p3", "stays"), ("p5", "stays"),
    ]  # fmt: skip


def test_each_condition_is_counted_by_itself(project: Project) -> None:
    text = 'trait.plan = "pro" and (trait.seats > 4 or trait.seats = 0)'
    found = previewed(project, text)
    places = [text.index(part) for part in ("trait.plan", "trait.seats > 4", "trait.seats = 0")]
    counted = [found.condition_at(place + 2) for place in places]
    assert [one[1] for one in counted if one is not None] == [3, 1, 1]
    assert [(step.alone, step.left) for step in found.steps] == [(3, 3), (2, 1)]


def test_the_segment_at_the_cursor_is_previewed_with_the_others_of_its_file(
    project: Project,
) -> None:
    text = 'segment "pros"\n  when everyone\n\nsegment "b"\n  when in segment "pros"\n'
    assert previewed(project, text, at=len(text)).count == 6
    assert previewed(project, text, at=len(text)).entering is None
    assert previewed(project, text, at=0).entering == 3


def test_an_unknown_segment_is_refused(project: Project) -> None:
    with pytest.raises(Refused, match="does not exist"):
        previewed(project, 'in segment "nowhere"')


def test_a_stale_preview_stops(project: Project) -> None:
    with pytest.raises(SegqlError) as raised:
        draft = read_draft("everyone", 0)
        preview(project, draft, name=None, now=AT, cancelled=lambda: True)
    assert raised.value.code == "cancelled"


def test_a_proposal_shows_text_and_members_and_what_changed_meanwhile(project: Project) -> None:
    text = '# of note\nsegment "pros"\n  when trait.seats > 2\n'
    (one,) = propose(project, text, opened={"pros": 1}, now=AT).proposed
    assert "+# of note" in one.lines
    assert (one.entering.sample, one.leaving.sample, one.meanwhile) == (("p4",), ("p1",), ())
    segments.define_one(project, "pros", "everyone", description=None, now=AT)
    (one,) = propose(project, text, opened={"pros": 1}, now=AT).proposed
    assert "+  when everyone" in one.meanwhile


def test_what_is_saved_and_not_computed_stays_due(project: Project) -> None:
    changes = propose(
        project, 'segment "new"\n  when everyone\n', opened={}, now=AT
    ).changes  # fmt: skip
    begun = list[str]()
    with pytest.raises(SegqlError) as raised:
        segments.apply(
            project,
            changes,
            now=AT,
            on_progress=lambda _done, _total, name: begun.append(name),
            cancelled=lambda: "new" in begun,
        )
    assert raised.value.code == "cancelled"
    assert project.catalog().entries["new"].stored.is_due
    assert [one.members for one in catch_up(project, now=AT)] == [6]


def test_a_lone_rule_gets_a_head_and_keeps_its_comments() -> None:
    assert with_head("everyone  # all", "a", "who", 'on enter notify "crm"') == (
        'segment "a"\n  description "who"\n  when everyone  # all\n  on enter notify "crm"\n'
    )

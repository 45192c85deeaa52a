"""Fixed lists: what is in their files, what reads them, and a kill between two chunks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from segql.app import audience, history, ingest, lists, segments
from segql.app.project import Project
from segql.engines import sets
from segql.membership import lists as moving
from segql.model import calls
from segql.model.errors import Refused
from segql.model.instants import Moment
from segql.store import list_changes
from segql.store.driver import Connection

NOW = 1_772_366_400_000
RULES = {
    "pro": 'trait.plan = "pro"',
    "both": 'in segment "pro" and in segment "vip"',
    "neither": 'not (in segment "pro" or in segment "vip")',
    "near": 'any teammate (in segment "both")',
}
PEOPLE = ("ann", "bob", "cleo", "dan")


def rows(ids: Iterable[str]) -> Iterator[lists.Row]:
    return (lists.Row(line, one) for line, one in enumerate(ids, 1))


def read(text: str, name: str = "list.csv", column: str | None = None) -> list[tuple[int, object]]:
    found = lists.rows_in(BytesIO(text.encode()), name=name, column=column)
    return [(row.line, row.id) for row in found]


def members(project: Project, name: str) -> list[str]:
    return [member.external for member in audience.members_of(project, name)]


def is_exact(project: Project, now: int) -> bool:
    catalog = project.catalog()
    found = sets.evaluate(project.path, catalog.rules, moment=Moment(now, project.zone))
    return all(found.count(name) == audience.size(project, name) for name in catalog.rules)


def test_a_file_has_a_header_or_an_id_on_each_line() -> None:
    assert read("ann\nbob\n\ncleo\n", "list.txt") == [(1, "ann"), (2, "bob"), (4, "cleo")]
    assert read("id\nann\nbob\n") == [(2, "ann"), (3, "bob")]
    assert read("plan,user_id\npro,ann\n") == [(2, "ann")]
    assert read("customer\nann\n", column="customer") == [(2, "ann")]
    assert read('{"id": 7}\n{"x": 1}\n', "list.jsonl") == [(1, "7"), (2, None)]
    with pytest.raises(Refused, match="has no column `profile` or `id` or `user_id`"):
        read("plan,customer\npro,ann\n")


def test_ids_that_nobody_has_are_rejected_with_their_lines(tmp_path: Path) -> None:
    with Project.opened(tmp_path / "team.db", create=True) as project:
        for who in ("ann", "bob"):
            ingest.one(project, calls.Identify(who, {}), now=NOW)
        nothing = lists.add_profiles(project, "vip", rows(["nobody"]), now=NOW)
        assert (nothing.created, len(nothing.rejects)) == (False, 1)
        with pytest.raises(Refused, match="no segment `vip`"):
            project.catalog().entry("vip")
        done = lists.add_profiles(
            project, "vip", rows(["ann", "", "zed", "ann"]), now=NOW, description="by hand"
        )
        assert (done.created, done.changed, done.present, done.members) == (True, 1, 0, 1)
        assert [(one.line, one.reason) for one in done.rejects] == [
            (2, "the id is empty"),
            (3, "there is no profile `zed`"),
        ]
        assert project.catalog().entry("vip").description == "by hand"
        gone = lists.remove_profiles(project, "vip", rows(["bob", "ann"]), now=NOW)
        assert (gone.changed, gone.present, gone.members) == (1, 1, 0)
        with pytest.raises(Refused, match="no segment `other`"):
            lists.remove_profiles(project, "other", rows(["bob"]), now=NOW)


def test_a_list_and_a_rule_never_share_a_name(tmp_path: Path) -> None:
    with Project.opened(tmp_path / "team.db", create=True) as project:
        segments.define_one(project, "pro", "everyone", description=None, now=NOW)
        with pytest.raises(Refused, match="`pro` has a rule"):
            lists.add_profiles(project, "pro", (), now=NOW)
        lists.add_profiles(project, "vip", (), now=NOW)
        with pytest.raises(Refused, match="`vip` is a manual list"):
            segments.define_one(project, "vip", "everyone", description=None, now=NOW)
        segments.define_one(project, "x", 'in segment "vip"', description=None, now=NOW)
        assert segments.rename(project, "vip", "best", now=NOW) == ("x",)
        segments.archive(project, "x", now=NOW)
        segments.archive(project, "best", now=NOW)
        assert set(project.catalog().entries) == {"pro"}


@contextmanager
def ending_after(project: Project, transactions: int) -> Iterator[None]:
    """Have the process "end" when so many more transactions are written."""
    left, writing = transactions, project.writing

    @contextmanager
    def counted() -> Iterator[Connection]:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        with writing() as connection:
            yield connection

    project.writing = counted  # type: ignore[method-assign]  # of this one project
    with pytest.raises(KeyboardInterrupt):
        yield
    del project.writing


def test_many_profiles_move_in_chunks_that_a_kill_only_delays(tmp_path: Path) -> None:
    many = [f"u{number}" for number in range(3 * moving.FEW)]
    with Project.opened(tmp_path / "team.db", create=True) as project:
        ingest.batch(project, [calls.Identify(who, {"plan": "pro"}) for who in many], now=NOW)
        lists.add_profiles(project, "vip", (), now=NOW)
        for name, rule in RULES.items():
            segments.define_one(project, name, rule, description=None, now=NOW)
        with ending_after(project, 5):
            lists.add_profiles(project, "vip", rows(many), now=NOW + 1)
        part = audience.size(project, "vip")
        assert 0 < part < len(many) and audience.size(project, "both") == part
        assert is_exact(project, NOW + 1)
        merged = many[-1]
        ingest.one(project, calls.Merge(merged, "known"), now=NOW + 2)
        ingest.one(project, calls.Delete(many[-2]), now=NOW + 2)
        lists.remove_profiles(project, "vip", rows([many[-3]]), now=NOW + 3)
        assert list_changes.first(project.connection) is None
        expected = [*many[:-3], "known"]
        assert members(project, "vip") == members(project, "both") == expected
        assert is_exact(project, NOW + 3)
        numbers = [flip.number for flip in history.changes(project, "vip", limit=10_000).flips]
        assert len(numbers) == len(set(numbers))


def test_what_waits_for_an_archived_list_is_forgotten(tmp_path: Path) -> None:
    many = [f"u{number}" for number in range(2 * moving.FEW)]
    with Project.opened(tmp_path / "team.db", create=True) as project:
        ingest.batch(project, [calls.Identify(who, {}) for who in many], now=NOW)
        with ending_after(project, 1):
            lists.add_profiles(project, "vip", rows(many), now=NOW)
        segments.archive(project, "vip", now=NOW)
        segments.recompute(project, now=NOW)
        assert list_changes.first(project.connection) is None


people = st.sampled_from(PEOPLE)
steps = st.one_of(
    st.tuples(st.just("add"), st.lists(people, max_size=3)),
    st.tuples(st.just("remove"), st.lists(people, max_size=3)),
    st.tuples(st.just("plan"), people),
    st.tuples(st.just("team"), people),
    st.tuples(st.just("merge"), st.tuples(people, people)),
    st.tuples(st.just("delete"), people),
)


@given(story=st.lists(steps, max_size=12))
@hypothesis_settings(max_examples=12, deadline=None)
def test_a_list_holds_whom_it_was_given_and_rules_follow(
    story: list[tuple[str, object]],
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Project.opened(Path(folder) / "team.db", create=True) as project,
    ):
        lists.add_profiles(project, "vip", (), now=NOW)
        for name, rule in RULES.items():
            segments.define_one(project, name, rule, description=None, now=NOW)
        listed, became, living = set[str](), dict[str, str](), set[str]()
        for number, (kind, what) in enumerate(story):
            match kind, what:
                case (("add" | "remove"), list(listing)):
                    ids = [str(one) for one in listing]
                    known = {became.get(one, one) for one in ids} & living
                    listed = listed | known if kind == "add" else listed - known
                    change = lists.add_profiles if kind == "add" else lists.remove_profiles
                    done = change(project, "vip", rows(ids), now=NOW + number)
                    assert len(done.rejects) == sum(
                        became.get(one, one) not in living for one in ids
                    )
                case (("plan" | "team"), str(who)):
                    call = (
                        calls.Identify(who, {"plan": "pro"})
                        if kind == "plan"
                        else calls.Identify(who, {}, account="acme")
                    )
                    ingest.one(project, call, now=NOW + number)
                    living.add(became.get(who, who))
                case "merge", (str(gone), str(kept)):
                    gone, kept = became.get(gone, gone), became.get(kept, kept)
                    ingest.one(project, calls.Merge(gone, kept), now=NOW + number)
                    if gone != kept:
                        if gone in listed:
                            listed = listed - {gone} | {kept}
                        living = living - {gone} | {kept}
                        became = {
                            one: kept if now == gone else now for one, now in became.items()
                        } | {gone: kept}
                case _, who:
                    who = became.get(str(who), str(who))
                    ingest.batch(project, [calls.Delete(who)], now=NOW + number)
                    if who in living:
                        living, listed = living - {who}, listed - {who}
                        became = {one: now for one, now in became.items() if now != who}
            assert set(members(project, "vip")) == listed
            assert is_exact(project, NOW + number)

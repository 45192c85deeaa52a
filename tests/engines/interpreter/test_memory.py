"""Profile documents: what is refused, and where it says so; times and fields as they are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from segql.engines.interpreter.document import BadProfile
from segql.engines.interpreter.memory import Profile, in_teams

NOW = 1_772_366_400_000


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        ([], "", "a profile is an object, not a list"),
        ({"plan": "pro"}, "plan", "is no key of a profile"),
        ({"id": 42}, "id", "must be text, not a number"),
        ({"traits": []}, "traits", "must be an object, not a list"),
        ({"traits": {"at": datetime(2026, 1, 1, tzinfo=UTC)}}, "traits.at", "is a Python datetime"),
        ({"traits": {"a": [1, {"b": {1, 2}}]}}, "traits.a[1].b", "is a Python set"),
        ({"traits": {1: 2}}, "traits", "has a key that is a number: keys must be text"),
        ({"account": "acme"}, "account", "must be an object, not text"),
        ({"account": {"name": "acme"}}, "account.name", "is no key of a profile"),
        ({"account": {"traits": 3}}, "account.traits", "must be an object, not a number"),
        ({"teammates": [{}]}, "teammates", "are those of an account, and there is no `account`"),
        ({"account": {}, "teammates": [{}, {"id": 3}]}, "teammates[1].id", "must be text"),
        ({"account": {}, "teammates": [{"account": {}}]}, "teammates[0].account", "is no key"),
        ({"changed": 5}, "changed", "must be an object, not a number"),
        ({"changed": {"a": {"b": "soon"}}}, "changed.a.b", "must be a time, not `soon`"),
        ({"events": {}}, "events", "must be a list, not an object"),
        ({"events": ["export"]}, "events[0]", "must be an object, not text"),
        ({"events": [{"time": NOW}]}, "events[0]", "needs `event`"),
        ({"events": [{"event": "x"}]}, "events[0]", "needs `time`"),
        (
            {"events": [{"event": "x", "time": 1}, {"event": "x", "time": "soon"}]},
            "events[1].time",
            "must be a time, not `soon`",
        ),
        ({"events": [{"event": "x", "time": True}]}, "events[0].time", "must be a time"),
        (
            {"events": [{"event": "x", "time": NOW, "amount": 3}]},
            "events[0].amount",
            "is no key of a profile",
        ),
        (
            {"surveys": [{"survey": "nps", "action": "opened", "time": NOW}]},
            "surveys[0].action",
            "is `opened`, not one of",
        ),
        ({"surveys": [{"survey": "nps", "time": NOW}]}, "surveys[0]", "needs `action`"),
        ({"segments": "new"}, "segments", "must be a list, not text"),
        ({"segments": [1]}, "segments[0]", "must be text, not a number"),
        ({"first_seen": "yesterday"}, "first_seen", "must be a time"),
        ({"last_seen": datetime(2026, 1, 1)}, "last_seen", "must be a time"),  # noqa: DTZ001
        ({"last_seen": 1e20}, "last_seen", "must be a time"),
    ],
)
def test_a_faulty_document_is_refused_with_the_place(document: Any, place: str, words: str) -> None:
    with pytest.raises(BadProfile) as caught:
        Profile.of(document)
    assert caught.value.place == place
    assert words in str(caught.value)
    assert caught.value.code == "bad-profile"


@pytest.mark.parametrize(("levels", "is_refused"), [(100, False), (101, True), (50_000, True)])
def test_a_document_has_at_most_100_levels(levels: int, is_refused: bool) -> None:
    deep: dict[str, Any] = {}
    for _ in range(levels):
        deep = {"a": deep}
    if is_refused:
        with pytest.raises(BadProfile, match="more than 100 levels deep, at `traits"):
            Profile.of({"traits": deep})
    else:
        assert Profile.of({"traits": deep}).trait(("a", "a")) is not None


@pytest.mark.parametrize("key", ["id", "email", "traits", "account", "events", "surveys"])
def test_null_is_missing(key: str) -> None:
    profile = Profile.of({key: None})
    assert profile.id == ""
    assert profile.field("id", NOW) is None


@pytest.mark.parametrize(
    "time", [NOW, "2026-03-01T12:00:00Z", "2026-03-01 13:00", datetime(2026, 3, 1, 12, tzinfo=UTC)]
)
def test_times_are_text_datetimes_or_milliseconds(time: object) -> None:
    profile = Profile.of({"events": [{"event": "x", "time": time}]}, zone="Europe/Zurich")
    assert profile.events("x").times == (NOW,)


def test_equal_times_keep_their_order_in_the_list() -> None:
    answers: tuple[dict[str, Any], ...] = ({"score": 1}, {"score": 2}, {"score": None}, {})
    surveys = [
        {"survey": "nps", "action": "partial", "time": NOW, "answers": each} for each in answers
    ]
    assert Profile.of({"surveys": surveys}).answer("nps", ("score",), NOW) == 2


def test_fields_see_nothing_later_than_now() -> None:
    profile = Profile.of(
        {
            "events": [{"event": "x", "time": NOW + 1}, {"event": "x", "time": NOW - 5}],
            "surveys": [
                {"survey": "nps", "action": "partial", "time": NOW - 9},
                {"survey": "nps", "action": "seen", "time": NOW - 3},
                {"survey": "csat", "action": "dismissed", "time": NOW + 3},
            ],
            "last_seen": NOW - 1,
        }
    )
    expected: dict[str, float | None] = {
        "events": 1, "last_event": NOW - 5, "first_seen": NOW - 9, "last_seen": NOW - 1,
        "surveys_seen": 1, "surveys_completed": 0, "surveys_dismissed": 0,
        "last_survey_seen": NOW - 3, "last_survey_completed": None,
        "last_survey_dismissed": None, "last_survey": NOW - 3,
    }  # fmt: skip
    assert {name: profile.field(name, NOW) for name in expected} == expected
    assert profile.field("surveys_dismissed", NOW + 3) == 1
    assert profile.field("first_seen", NOW - 10) is None
    assert profile.field("shoe_size", NOW) is None


def test_the_email_may_come_as_a_trait() -> None:
    assert Profile.of({"traits": {"email": "a@b.c"}}).field("email", NOW) == "a@b.c"
    assert (
        Profile.of({"email": "d@e.f", "traits": {"email": "a@b.c"}}).field("email", NOW) == "d@e.f"
    )
    assert Profile.of({"traits": {"email": 3}}).field("email", NOW) is None


def test_an_object_changed_with_the_latest_inside_it() -> None:
    changed = {"plan": NOW, "company": {"size": NOW - 5, "name": NOW - 9, "city": None}, "gone": {}}
    profile = Profile.of({"changed": changed})
    assert profile.changed(("plan",)) == NOW
    assert profile.changed(("company",)) == NOW - 5
    assert profile.changed(("company", "name")) == NOW - 9
    assert profile.changed(("company", "city")) is None
    assert profile.changed(("plan", "name")) is None
    assert profile.changed(("gone",)) is None


def test_teammates_are_everybody_of_the_account() -> None:
    mates = [{"id": "bob"}, {"id": "cleo"}]
    ann = Profile.of({"id": "ann", "account": {"traits": {"plan": "pro"}}, "teammates": mates})
    assert [mate.id for mate in ann.teammates()] == ["ann", "bob", "cleo"]
    for mate in ann.teammates():
        assert mate.teammates() == ann.teammates()
        assert mate.account_trait(("plan",)) == "pro"
    assert not Profile.of({"id": "ann"}).teammates()


def test_profiles_with_one_account_id_become_a_team() -> None:
    accounts = {"ann": "acme", "bob": "duo", "cleo": "acme"}
    people = {who: Profile.of({"id": who, "account": {"id": a}}) for who, a in accounts.items()}
    teams = in_teams(people | {"dora": Profile.of({"id": "dora"})})
    found = {who: [mate.id for mate in one.teammates()] for who, one in teams.items()}
    assert found == {"ann": ["ann", "cleo"], "bob": ["bob"], "cleo": ["ann", "cleo"], "dora": []}

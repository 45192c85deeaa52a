"""Vocabularies listed by hand: what a listing says, and what is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest

from segql.model.listed import Vocabulary
from segql.model.listing import BadVocabulary
from segql.model.values import Kind
from segql.model.vocabulary import Occurrences, SegmentWords, Values


def test_a_listing_answers_what_it_says() -> None:
    known = Vocabulary.of({
        "profiles": 1200,
        "traits": {
            "plan": ["free", "pro"],
            "seats": "number",
            "tags": {"values": {"vip": 3, "beta": 90}, "list": True, "complete": False},
            "company.size": {"kind": "number", "share": 0.5},
            '"company.size"': "flag",
            "Plan name": None,
            "signed_up": "date",
        },
        "account": {"mrr": "number"},
        "events": {
            "export": {
                "properties": {"format": ["csv"]},
                "count": 41_207,
                "profiles": 900,
                "last": "2026-03-01T00:00:00Z",
            },
            "invite": {},
        },
        "surveys": {
            "nps": {"questions": {"score": [9.0, 10]}},
            "csat": {"questions": {"why": "text", "score": "number"}},
        },
        "segments": {"power users": {"members": 12, "description": "they export"}},
    })  # fmt: skip
    assert known.profiles == 1200
    assert known.traits() == {
        ("plan",): Values(
            kinds={Kind.TEXT: 2}, top=(("free", 0), ("pro", 0)), complete=True
        ),
        ("seats",): Values(kinds={Kind.NUMBER: 1}),
        ("tags",): Values(kinds={Kind.TEXT: 93}, top=(("beta", 90), ("vip", 3)), lists=1),
        ("company", "size"): Values(kinds={Kind.NUMBER: 1}, share=0.5),
        ("company.size",): Values(kinds={Kind.FLAG: 1}),
        ("Plan name",): Values(),
        ("signed_up",): Values(kinds={Kind.TEXT: 1}, dates=1),
    }  # fmt: skip
    assert known.account_traits() == {("mrr",): Values(kinds={Kind.NUMBER: 1})}
    assert known.events()["export"] == Occurrences(
        count=41_207, profiles=900, last=1_772_323_200_000
    )
    assert known.properties("export")["format",].top == (("csv", 0),)
    assert known.properties("invite") == known.properties("nothing") == {}
    assert known.questions("nps")["score",].kinds == {Kind.NUMBER: 2}
    assert known.questions(None) == {
        ("score",): Values(),  # listed in two ways
        ("why",): Values(kinds={Kind.TEXT: 1}),
    }
    assert known.segments() == {
        "power users": SegmentWords(members=12, description="they export")
    }  # fmt: skip


def test_a_list_of_names_says_nothing_of_them() -> None:
    known = Vocabulary.of({"events": ["export", "invite"], "segments": ("vip",), "traits": ["a.b"]})
    assert known.events() == {"export": Occurrences(), "invite": Occurrences()}
    assert known.segments() == {"vip": SegmentWords()}
    assert known.traits() == {("a", "b"): Values()}


def test_nothing_need_be_listed() -> None:
    known = Vocabulary.of({})
    assert known.profiles is None
    assert not any((known.traits(), known.events(), known.surveys(), known.questions(None)))


@pytest.mark.parametrize(
    ("listing", "place", "words"),
    [
        ([], "", "a vocabulary is an object, not a list"),
        ({"trait": {}}, "trait", "is no key"),
        ({"profiles": -1}, "profiles", "whole number, not `-1`"),
        ({"profiles": True}, "profiles", "whole number, not a flag"),
        ({"traits": 5}, "traits", "an object or a list of names, not `5`"),
        ({"traits": {"plan": "string"}}, "traits.plan", "is `string`, not one of `text`"),
        ({"traits": {"plan": 7}}, "traits.plan", "must be an object, not `7`"),
        ({"traits": {"plan": {"kinds": []}}}, "traits.plan.kinds", "is no key"),
        ({"traits": {"plan": {"kind": [None]}}}, "traits.plan.kind", "must be a kind, not null"),
        ({"traits": {"plan": {"share": 1.5}}}, "traits.plan.share", "from 0 to 1"),
        ({"traits": {"plan": {"share": "half"}}}, "traits.plan.share", "from 0 to 1"),
        ({"traits": {"plan": {"list": "yes"}}}, "traits.plan.list", "true or false, not `yes`"),
        ({"traits": {"plan": ["a", None]}}, "traits.plan[1]", "not null"),
        ({"traits": {"plan": {"values": "a"}}}, "traits.plan.values", "must be a list"),
        ({"traits": {"plan": {"values": {"a": "b"}}}}, "traits.plan.values.a", "whole number"),
        ({"traits": {3: None}}, "traits", "names are text"),
        ({"traits": {"a..b": None}}, "traits.a..b", "is no name"),
        ({"traits": {"": None}}, "traits.", "is no name"),
        ({"traits": {'"a': None}}, 'traits."a', "is no name"),
        ({"events": [1]}, "events[0]", "must be text, not `1`"),
        ({"events": {"e": {"last": "soon"}}}, "events.e.last", "must be a time, not `soon`"),
        ({"events": {"e": {"properties": {"p": b""}}}}, "events.e.properties.p", "Python bytes"),
        ({"surveys": {"s": {"properties": {}}}}, "surveys.s.properties", "is no key"),
        ({"segments": {"s": {"text": 1}}}, "segments.s.text", "must be text"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_with_its_place(listing: Any, place: str, words: str) -> None:
    with pytest.raises(BadVocabulary) as caught:
        Vocabulary.of(listing)
    assert caught.value.place == place
    assert words in str(caught.value)
    assert caught.value.code == "bad-vocabulary"

"""The published JSON Schema says what the reader of JSON says, as far as a schema can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from language.strategies import files, rules
from segql.language import syntax
from segql.language.json import from_dict, schema, to_dict
from segql.language.json_files import file_from_dict, file_to_dict
from segql.language.json_place import Misplaced
from segql.language.syntax import PERIODS, Rule, Segment
from segql.model.errors import Refused
from segql.model.fields import FIELDS

SCHEMA: dict[str, Any] = json.loads(schema())
VALIDATOR = Draft202012Validator(SCHEMA)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

BEYOND_A_SCHEMA = {"bad-text", "large-number", "bad-date", "bad-instant", "no-rule"}
"""Codes of refusals that take more than a schema: surrogates, the calendar, arithmetic."""


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@MANY
@given(rules())
def test_every_rule_is_valid(rule: Rule) -> None:
    VALIDATOR.validate(json.loads(json.dumps(to_dict(rule))))


@settings(MANY, max_examples=25)
@given(files())
def test_every_file_is_valid_and_comes_back(segments: tuple[Segment, ...]) -> None:
    document = json.loads(json.dumps(file_to_dict(segments)))
    VALIDATOR.validate(document)
    assert file_from_dict(document) == segments


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    match value:
        case dict():
            for key, inner in value.items():
                yield from places(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from places(inner, (*path, index))


OTHERS: tuple[Any, ...] = (
    None, True, False, 0, -1, 2.5, "", "x", "30d", "0d", "1mo", [], {}, ["x"], [1, 2], {"x": 1},
    {"not": True}, {"point": "now"}, {"point": "today"}, {"date": "2026-01-31"}, {"ago": "3mo"},
    {"trait": ["a"]}, {"within": "30d"}, {"constant": "everyone"}, {"property": ["a"]},
    {"property": ["a"], "test": {"=": 1}}, {"trait": ["a"], "test": {"is": "known"}},
    {"at_least": 2}, {"=": "x"}, {"changed_within": "3d"},
)  # fmt: skip
KEYS = sorted(
    {key for place in places(SCHEMA) if place[-2:-1] == ("properties",) for key in place[-1:]}
)


@st.composite
def changed(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """The document with one value of it taken away, renamed, replaced, added or repeated."""
    *way, last = draw(st.sampled_from([place for place in places(document) if place]))
    holder: Any = document
    for step in way:
        holder = holder[step]
    how = draw(st.sampled_from(("replace", "replace", "remove", "rename", "add")))
    if how == "replace":
        holder[last] = draw(st.sampled_from(OTHERS))
    elif how == "remove":
        del holder[last]
    elif isinstance(holder, list):
        holder.insert(last, draw(st.sampled_from((holder[last], *OTHERS))))
    elif how == "rename":
        holder[draw(st.sampled_from(KEYS))] = holder.pop(last)
    else:
        holder[draw(st.sampled_from(KEYS))] = draw(st.sampled_from(OTHERS))
    return document


def agree(document: dict[str, Any]) -> None:
    """What the reader takes is valid; what it refuses for its shape is not."""
    valid = VALIDATOR.is_valid(document)
    try:
        if "segments" in document:
            file_from_dict(document)
        else:
            from_dict(document)
    except Misplaced as refusal:
        assert not valid or refusal.code in BEYOND_A_SCHEMA, (str(refusal), document)
    except Refused:
        pass  # the shape is right; what the parser refuses, a schema need not
    else:
        assert valid, document


@settings(MANY, max_examples=100)
@given(st.data(), rules(max_leaves=3))
def test_a_changed_rule_is_refused_by_both_or_by_none(data: st.DataObject, rule: Rule) -> None:
    agree(data.draw(changed(json.loads(json.dumps(to_dict(rule))))))


@settings(MANY, max_examples=100)
@given(st.data(), files())
def test_a_changed_file_is_refused_by_both_or_by_none(
    data: st.DataObject, segments: tuple[Segment, ...]
) -> None:
    agree(data.draw(changed(json.loads(json.dumps(file_to_dict(segments))))))


@pytest.mark.parametrize(
    ("node", "name"),
    [
        (syntax.Compare, "op"),
        (syntax.TextTest, "how"),
        (syntax.Is, "what"),
        (syntax.Counted, "how"),
        (syntax.Having, "aggregate"),
        (syntax.Regularity, "unit"),
        (syntax.NamedDay, "name"),
    ],
)
def test_every_word_of_the_syntax_is_in_the_schema(node: type, name: str) -> None:
    said = json.dumps(SCHEMA)
    words = get_args(get_type_hints(node)[name])
    assert words
    assert [word for word in words if f'"{word.replace(" ", "_")}"' not in said] == []


def test_fields_and_periods_are_all_there() -> None:
    assert set(SCHEMA["$defs"]["field"]["enum"]) == set(FIELDS)
    assert set(SCHEMA["$defs"]["period"]["enum"]) == set(PERIODS)

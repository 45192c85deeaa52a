"""Completion: nothing that the grammar refuses, everything that it takes, and evidence."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editor.words import is_beginning, vocabulary_of
from language.strategies import POOLS, files, rules
from language.test_format import file_text
from language.test_fuzz import TEXTS
from segql import Vocabulary
from segql.editor.complete import Item, complete
from segql.language.format import format_rule
from segql.language.scan import Token, scan
from segql.language.syntax import Rule, Segment

EVERYTHING = vocabulary_of()
SOME = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
LITERALS = frozenset({"text", "number", "length", "date", "instant"})


def items_at(text: str, at: int, start: str) -> tuple[Item, ...]:
    destinations = POOLS.destinations
    return complete(
        text, at, EVERYTHING, file=start == "file", destinations=destinations, most=10_000
    ).items


def accepted(text: str, item: Item) -> str:
    return text[: item.span.start] + item.insert + text[item.span.end :]


def check_accepting(text: str, at: int, start: str) -> None:
    items = items_at(text, at, start)
    for item in Random(at).sample(items, min(len(items), 12)):
        end = item.span.start + len(item.insert)
        done = accepted(text, item)
        enters = re.match(r"\s+(?:enter|leave)\b", done[end:]) if item.insert == "on" else None
        begun = done[: end + (enters.end() if enters else 0)]  # there `on enter` is one thing
        assert is_beginning(begun, start), (text[:at], item)
        assert not scan(done[:end]).diagnostics, (text[:at], item)
        ends = {token.end for token in scan(done).tokens}
        assert len(done[:end].rstrip()) in ends, (text[:at], text[at:], item)


def check_next(text: str, start: str) -> None:
    tokens = scan(text).tokens
    places = list(zip((None, *tokens), tokens, strict=False))
    for before, token in Random(len(text)).sample(places, min(len(places), 12)):
        at = token.start
        if before is not None and before.end == at and before.kind in ("word", "operator"):
            continue  # what is completed there is the word that ends
        items = items_at(text[:at], at, start)
        assert any(goes_on(item, text, token) for item in items), (text[:at], token)


def goes_on(item: Item, text: str, token: Token) -> bool:
    """Whether a completion goes on as the text does; a literal with any other of its kind."""
    if accepted(text[: token.start], item).startswith(text[: token.end]):
        return True
    first = scan(item.insert).tokens[0]
    return first.text == token.text or (token.kind in LITERALS and first.kind == token.kind)


RULES, FILES = rules(max_leaves=4), files()


@SOME
@given(st.data(), RULES)
def test_accepting_any_completion_leaves_the_beginning_of_a_rule(
    data: st.DataObject, rule: Rule
) -> None:
    text = format_rule(rule)
    at = data.draw(st.integers(0, len(text)))
    check_accepting(text, at, "rule")
    check_accepting(text[:at], at, "rule")


@SOME
@given(st.data(), FILES)
def test_accepting_any_completion_leaves_the_beginning_of_a_file(
    data: st.DataObject, segments: tuple[Segment, ...]
) -> None:
    text = file_text(segments)
    check_accepting(text, data.draw(st.integers(0, len(text))), "file")


@SOME
@given(RULES)
def test_the_next_token_of_a_rule_is_among_the_completions(rule: Rule) -> None:
    check_next(format_rule(rule), "rule")


@SOME
@given(FILES)
def test_the_next_token_of_a_file_is_among_the_completions(segments: tuple[Segment, ...]) -> None:
    check_next(file_text(segments), "file")


@SOME
@given(st.data(), TEXTS, st.sampled_from(("rule", "file")))
def test_any_text_has_completions_inside_it(data: st.DataObject, text: str, start: str) -> None:
    at = data.draw(st.integers(0, len(text)))
    items = items_at(text, at, start)
    assert items == items_at(text, at, start)
    assert [item.rank for item in items] == list(range(len(items)))
    for item in items:
        assert 0 <= item.span.start <= at <= item.span.end <= len(text)
        if item.select is not None:
            assert 0 <= item.select.start <= item.select.end <= len(item.insert)


KNOWN = Vocabulary.of(
    {
        "profiles": 1200,
        "traits": {
            "plan": {"values": {"pro": 620, "free": 500, 'say "hi"': 3}, "share": 0.98},
            "seats": {"kind": "number", "share": 0.6},
            "company.size": "number",
            "renews_at": "date",
            "beta": "flag",
        },
        "events": {
            "export": {
                "count": 41207,
                "profiles": 312,
                "properties": {"format": ["csv", "pdf"], "rows": "number"},
            },
            "explore": {"count": 12},
            "signup": {"count": 1200},
        },
        "surveys": {"nps": {"count": 400, "questions": {"score": "number", "why not": "text"}}},
        "segments": {"power users": {"members": 12}},
    }
)


def offered(marked: str, *, file: bool = False) -> list[str]:
    """What is inserted at the `|` of a text."""
    at = marked.index("|")
    text = marked.replace("|", "", 1)
    found = complete(text, at, KNOWN, file=file, destinations=("crm", "slack"))
    return [item.insert for item in found.items]


@pytest.mark.parametrize(
    ("marked", "first"),
    [
        ("trait.|", ["plan", "seats", "beta", "company.size", "renews_at"]),
        ("trait.company.|", ["size"]),
        ("trait.plan = |", ['"pro"', '"free"', '"say \\"hi\\""']),
        ('trait.plan = "s|', ['"say \\"hi\\""']),
        ("trait.plan =|", [' "pro"', ' "free"']),
        ("trait.seats |", ["=", "!=", ">=", ">", "<=", "<", "in (", "is known", "is unknown"]),
        ("trait.beta = |", ["true", "false"]),
        ("trait.renews_at on |", ["today", "yesterday", "2026-01-31"]),
        ('trait.plan = "pro" |', ["and", "or", "ignoring case"]),
        ("did |", ['"export"', '"signup"', '"explore"']),
        ('did "exp|', ['"export"', '"explore"']),
        ("did exp|", ['"export"']),
        ('did "export" where |', ["format", "rows"]),
        ('did "export" where (format = |', ['"csv"', '"pdf"']),
        ('did "signup" having |', ["sum(", "avg(", "min(", "max("]),
        ('did "export" having sum(|', ["format", "rows"]),
        ('did "export" at least 3|', ["3 times"]),
        ('did "export" at least 3 |', ["times"]),
        ('did "export" exactly 1 |', ["time"]),
        ('did "export" within 3|', ["3d", "3w", "3mo", "3y", "3h", "3min", "3s"]),
        ('did "export" on at least 5 |', ["days"]),
        ("completed survey |", ['"nps"']),
        ('completed survey "nps" where |', ["score", '"why not"']),
        ('survey "nps".|', ["score", '"why not"']),
        ("in segment |", ['"power users"']),
        ("any|", ["any of (", "any teammate ("]),
        ("pl|", ["trait.plan"]),
        ("expo|", ['did "export"']),
        ("trait.plan == 'pro' && did |", ['"export"', '"signup"']),
        ("did and trait.|", ["plan", "seats"]),
        ('trait.plan "x" blah and did |', ['"export"', '"signup"']),
    ],
)
def test_what_comes_first(marked: str, first: list[str]) -> None:
    assert offered(marked)[: max(1, len(first))] == first


@pytest.mark.parametrize(
    ("marked", "never"),
    [
        ("trait.seats |", ["starts with", "contains", "before", "is empty"]),
        ("trait.plan |", ["<", "between 1 and 10", "within 30d", "is promoter"]),
        ("last_seen |", ["contains", "is detractor"]),
        ("trait.plan < |", ['"pro"', "true"]),
        ('did "a" where x = 1 |', ["where", "where ("]),
        ("trait.x > 2026-01-31T10:00|", ["and", "or", ")"]),
        ('did "a" within 3d |', ["within 30d", "since", "before", "during"]),
        ('saw survey "nps" |', ["where", "having sum("]),
        ('first did "a" |', ["at least 3 times", "having sum("]),
        ('did "a" at least 3 times |', ["then", "at most 3 times"]),
        ('did "a" then "b" |', ["at least 3 times", "having sum("]),
        ('did "a" then not "b" |', ["then", "then not"]),
        ('did not "a" |', ["then"]),
        ('did "a" then "b" within 3|', ["3mo", "3y"]),
        ('did "a" where (x = |', ["trait.", "email"]),
        ("account.plan |", ["changed within 7d"]),
        ("trait.renews_at on |", ["now", "30d ago"]),
        ("# nothing |", [""]),
    ],
)
def test_what_the_language_would_refuse_is_not_offered(marked: str, never: list[str]) -> None:
    assert not set(offered(marked)) & set(never)


LINES = 'segment "a"\n  when trait.plan = "pro"\n'


@pytest.mark.parametrize(
    ("marked", "first"),
    [
        ("|", ["segment"]),
        ('segment "a"\n  |', ["description", "when", "on enter notify", "on leave notify"]),
        (f"{LINES}  |", ["and", "or", "ignoring case", "description", "on enter notify"]),
        (f"{LINES}  on enter |", ["notify"]),
        (f"{LINES}  on enter notify |", ['"crm"', '"slack"']),
        (f'{LINES}  on enter notify "crm", |', ['"crm"', '"slack"']),
        (f"{LINES}  after 3|", ["3d", "3w"]),
        (f'{LINES}segment "b"\n  when in segment |', ['"power users"', '"a"', '"b"']),
    ],
)
def test_what_comes_first_in_a_file(marked: str, first: list[str]) -> None:
    assert offered(marked, file=True)[: len(first)] == first


@pytest.mark.parametrize(
    ("marked", "insert", "done"),
    [
        ('trait.plan = "p|ro" and x', '"pro"', 'trait.plan = "pro" and x'),
        ('did "exp| and trait.x = "pro"', '"export"', 'did "export" and trait.x = "pro"'),
        ("tra|it.plan", "trait", "trait.plan"),
        ("trait.se|ats >= 3", "seats", "trait.seats >= 3"),
        ('email sta| with "x"', "starts", 'email starts with "x"'),
        ("|trait.plan is known", "not ", "not trait.plan is known"),
        ('did "export"|', " within 30d", 'did "export" within 30d'),
        ('did "export" within 30|d', "30d", 'did "export" within 30d'),
    ],
)
def test_a_completion_fits_into_the_text_round_it(marked: str, insert: str, done: str) -> None:
    at = marked.index("|")
    text = marked.replace("|", "", 1)
    items = complete(text, at, KNOWN).items
    (item,) = (each for each in items if each.insert == insert)
    assert accepted(text, item) == done


def test_names_come_with_what_the_data_say() -> None:
    def details(text: str) -> dict[str, str]:
        return {item.label: item.detail for item in complete(text, len(text), KNOWN).items}

    assert details('did "ex')["export"] == "seen 41,207 times, by 312 profiles"
    assert details("trait.pl")["plan"] == "text, on 98% of profiles"
    assert details("trait.plan = ")['"pro"'] == "620 times"
    assert details("in segment ")["power users"] == "12 members"
    assert details("last_s")["last_seen"] == "latest time of any call or imported event"
    assert details('did "a" ')["at least … times"] == "this number or more"


def test_what_does_not_fit_on_the_list_is_counted() -> None:
    many = Vocabulary.of({"events": [f"event {number}" for number in range(500)]})
    found = complete("did ", 4, many, most=20)
    assert (len(found.items), found.left_out) == (20, 482)


def test_a_position_outside_the_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="no position 3"):
        complete("ab", 3)

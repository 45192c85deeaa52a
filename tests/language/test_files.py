"""`.segql` files: bytes → text → segments, with the mistakes of each told apart."""

from __future__ import annotations

import pytest

from segql.language.diagnostics import Severity
from segql.language.files import decode, parse_file
from segql.language.syntax import Constant, Did, Notify, Segment, Within
from segql.model.durations import Duration
from segql.model.errors import Refused

TOUR = """\
# the best ones
segment "power users"
  description "Pro accounts that export every week"
  when did "export" within 30d
  on enter notify "growth-slack", "crm" at most once every 30d
  on leave notify "crm"
  after 3d notify "csm-mail"
"""


def codes(text: str) -> list[str]:
    return [one.code for one in parse_file(text).diagnostics]


def marked(text: str) -> list[tuple[str, str]]:
    """Each diagnostic's code and the words it points at."""
    found = parse_file(text).diagnostics
    return [(one.code, text[one.span.start : one.span.end]) for one in found]


def test_a_file_gives_its_segments() -> None:
    parsed = parse_file(TOUR)
    assert parsed.diagnostics == ()
    assert parsed.segments == (
        Segment(
            "power users",
            Did("export", window=Within(Duration(30, "d"))),
            "Pro accounts that export every week",
            (
                Notify("enter", ("growth-slack", "crm"), cooldown=Duration(30, "d")),
                Notify("leave", ("crm",)),
                Notify("after", ("csm-mail",), after=Duration(3, "d")),
            ),
        ),
    )


def test_lines_come_in_any_order_on_any_lines() -> None:
    text = 'segment "a" after 3 days notify "x" on\n enter notify "y" when everyone description "d"'
    (segment,) = parse_file(text).segments
    assert segment.rule == Constant(True)
    assert segment.description == "d"
    assert [one.when for one in segment.notify] == ["after", "enter"]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "\ufeff"])
def test_a_file_may_hold_nothing(text: str) -> None:
    parsed = parse_file(text)
    assert (parsed.segments, parsed.diagnostics) == ((), ())


def test_spans_are_those_of_the_file() -> None:
    (segment,) = parse_file(TOUR).segments
    assert segment.name_span is not None and segment.span is not None
    assert segment.rule.span is not None
    assert TOUR[segment.name_span.start : segment.name_span.end] == '"power users"'
    assert TOUR[segment.rule.span.start : segment.rule.span.end] == 'did "export" within 30d'
    assert TOUR[segment.span.start :].startswith('segment "power')
    assert TOUR[: segment.span.end].endswith('notify "csm-mail"')


def test_spans_stay_right_behind_slips() -> None:
    text = "segment 'a' when everyone && true_north = 1\nsegment \"b\" when trait.x == 1"
    (segment,) = [
        one
        for one in parse_file(text.replace(" && true_north = 1", "")).segments
        if one.name == "b"
    ]
    assert segment.rule.span is not None
    shorter = text.replace(" && true_north = 1", "")
    assert shorter[segment.rule.span.start : segment.rule.span.end] == "trait.x == 1"
    assert ("unknown-field", "true_north") in marked(text)


# Encodings


def test_a_byte_order_mark_of_utf_8_is_passed_over() -> None:
    assert decode(b"\xef\xbb\xbf" + TOUR.encode(), "a.segql") == TOUR


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TOUR.encode("utf-16"), "UTF-16"),
        (TOUR.encode("utf-32"), "UTF-32"),
        (b"\xfe\xff" + TOUR.encode("utf-16-be"), "UTF-16"),
        ('segment "a"\n  when trait.größe = 1'.encode("latin-1"), "line 2"),
    ],
)
def test_another_encoding_is_refused_by_name(content: bytes, words: str) -> None:
    with pytest.raises(Refused) as caught:
        decode(content, "a.segql")
    assert caught.value.code == "bad-encoding"
    assert "`a.segql`" in str(caught.value) and words in str(caught.value)


# Mistakes of files


def test_a_segment_needs_a_rule() -> None:
    assert marked('segment "a"\n  description "b"') == [("missing-rule", '"a"')]


def test_a_segment_needs_a_name() -> None:
    assert codes('segment "" when everyone') == ["no-name"]
    assert codes("segment when everyone")


@pytest.mark.parametrize("line", ['description "b"', 'when did "b"'])
def test_a_line_comes_at_most_once(line: str) -> None:
    text = f'segment "a"\n  when everyone\n  description "a"\n  {line}\n'
    assert marked(text) == [("line-twice", line)]


def test_names_are_unique_in_a_file() -> None:
    text = 'segment "a" when everyone\nsegment "b" when everyone\nsegment "a" when no one'
    parsed = parse_file(text)
    assert [one.code for one in parsed.diagnostics] == ["segment-twice"]
    assert "line 1" in parsed.diagnostics[0].message
    assert parsed.diagnostics[0].span.start == text.rindex('"a"')


def test_names_are_unique_on_one_line_too() -> None:
    assert codes('segment "a" when everyone segment "a" when no one') == ["segment-twice"]


def test_mistakes_of_several_segments_are_all_found() -> None:
    text = """\
segment "a"
  when did "x" within 30
segment "b"
  when trait.plan = pro and did "y" after yesterday
  on enter notify "crm"
segment "c"
  when everyone
segment "d"
  on enter notify crm
  when everyone
segment "e"
  description "no rule"
segment "f"
  when did "z" at least 0 times
"""
    assert marked(text) == [
        ("expected-duration", "30"),
        ("unquoted-text", "pro"),
        ("after-in-behaviour", "after"),
        ("unquoted-text", "crm"),
        ("missing-rule", '"e"'),
        ("constant-count", "0"),
    ]


def test_an_unclosed_parenthesis_ends_with_its_segment() -> None:
    text = 'segment "a"\n  when (did "x" or did "y"\n\nsegment "b"\n  when did "z" within 3\n'
    assert marked(text) == [("unclosed-parenthesis", "("), ("expected-duration", "3")]


def test_an_unclosed_string_ends_with_its_line() -> None:
    text = 'segment "a"\n  when trait.plan = "pro\nsegment "b\n  when everyone\n'
    assert marked(text) == [("unclosed-text", '"'), ("unclosed-text", '"')]


def test_a_rule_alone_is_no_file() -> None:
    assert len(codes('trait.plan = "pro"')) == 1


def test_limits_are_those_of_each_rule() -> None:
    rule = " and ".join(["everyone"] * 300)
    text = "".join(f'segment "{i}" when {rule}\n' for i in range(4))
    assert codes(text) == []
    longer = " and ".join(["everyone"] * 501)
    assert codes(f'{text}segment "last" when {longer}') == ["too-many-conditions"]
    nested = "not " * 40 + "everyone"
    assert codes("".join(f'segment "{i}" when {nested}\n' for i in range(4))) == []


def test_a_rule_of_a_file_has_at_most_64_kib() -> None:
    texts = ", ".join(f'"{"x" * 100}"' for _ in range(700))
    text = f'segment "a" when everyone\nsegment "b" when trait.x in ({texts})'
    assert codes(text) == ["too-long"]


def test_only_errors_keep_segments_back() -> None:
    parsed = parse_file('segment "a" when did "x" AND did "y"')
    assert [one.severity for one in parsed.diagnostics] == [Severity.WARNING]
    assert [one.name for one in parsed.segments] == ["a"]

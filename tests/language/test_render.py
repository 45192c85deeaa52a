"""Diagnostics as people see them: marks under what they mean, whatever the characters."""

from __future__ import annotations

from attrs import evolve

from segql.language.diagnostics import Label, error
from segql.language.render import render
from segql.language.source import Source, Span


def rendered(text: str, marked: str, label: str = "here", beside: tuple[str, ...] = ()) -> str:
    def span(part: str) -> Span:
        return Span(text.index(part), text.index(part) + len(part))

    said = error("some-code", span(marked), "it is so")
    also = tuple(Label(span(part), f"and {part}") for part in beside)
    return render(evolve(said, label=label, also=also), Source(text, "a.segql"))


def test_marks_stand_under_wide_combining_and_tabbed_characters() -> None:
    assert rendered("\ttrait.日本 = e\u0301x and foo", "foo", beside=("日本",)).splitlines() == [
        "error[some-code]: it is so",
        " --> a.segql:1:21",
        "  |",
        "1 |     trait.日本 = e\u0301x and foo",
        "  |           ---- and 日本",
        "  |" + " " * 25 + "^^^ here",  # 4 + 6 + 2 * 2 + 3 + 2 + 5 cells before it, and a blank
    ]


def test_of_a_long_line_the_part_round_the_mark_is_shown() -> None:
    text = "a" * 300 + " foo " + "b" * 70_000
    shown = rendered(text, "foo").splitlines()
    assert shown[1] == " --> a.segql:1:302"
    line, marks = shown[3:]
    assert line.startswith("1 | …aaa") and line.endswith("bbb…")
    assert len(line) < 130
    assert line[marks.index("^^^") :].startswith("foo ")


def test_other_lines_are_shown_in_their_order() -> None:
    assert rendered("one\ntwo\nthree\nfour", "four", beside=("one",)).splitlines()[2:] == [
        "  |",
        "1 | one",
        "  | --- and one",
        "  ⋮",
        "4 | four",
        "  | ^^^^ here",
    ]


def test_nothing_steers_the_terminal() -> None:
    shown = rendered("a\x1b[31m\u202e foo", "foo", label="\x07", beside=())
    assert "\x1b" not in shown and "\u202e" not in shown and "\x07" not in shown
    line, marks = shown.splitlines()[3:]
    assert line == "1 | a\\u{1b}[31m\\u{202e} foo"
    assert line[marks.index("^^^") :] == "foo"


def test_an_end_has_a_mark_too() -> None:
    said = error("some-code", Span(3, 3), "it is so")
    assert render(said, Source("abc")).splitlines()[3:] == ["1 | abc", "  |    ^"]

"""What cases cannot say about the formatter: its laws, where comments go, and its lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from language.strategies import files, rules
from segql.language.comments import scan
from segql.language.files import parse_file
from segql.language.format import format_file, format_rule, format_text
from segql.language.layout import WIDTH, lines_of
from segql.language.parse import parse_rule
from segql.language.syntax import (
    And,
    Attribute,
    Compare,
    InSegment,
    Number,
    OneOf,
    Or,
    Rule,
    Segment,
    Text,
    Trait,
)
from segql.language.write_files import FileWriter

SLOW = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def parsed(text: str) -> Rule:
    found = parse_rule(text)
    assert found.rule is not None, (text, found.diagnostics)
    return found.rule


def tidy(text: str) -> str:
    """The rule as the formatter writes it, checked for the laws."""
    written = format_text(text, parse_rule(text))
    assert parsed(written) == parsed(text), written
    assert format_text(written, parse_rule(written)) == written
    return written


def tidy_file(text: str) -> str:
    written = format_file(text, parse_file(text))
    assert parse_file(written).segments == parse_file(text).segments, written
    assert format_file(written, parse_file(written)) == written
    return written


def file_text(segments: tuple[Segment, ...]) -> str:
    return "".join(f"{line}\n" for line in lines_of(FileWriter().file(segments), {}))


@SLOW
@given(rules())
def test_a_formatted_rule_parses_to_the_same_rule(rule: Rule) -> None:
    written = format_rule(rule)
    found = parse_rule(written)
    assert found.rule == rule, (written, found.diagnostics)
    assert format_rule(found.rule) == written
    assert format_text(written, found) == written


@SLOW
@given(rules())
def test_a_formatted_rule_gets_no_warning_about_its_spelling(rule: Rule) -> None:
    found = parse_rule(format_rule(rule))
    warned = {each.code for each in found.diagnostics if each.fix is not None}
    assert warned <= {"trait-in-where"}  # a property may have that name


@SLOW
@given(files())
def test_a_formatted_file_parses_to_the_same_segments(segments: tuple[Segment, ...]) -> None:
    written = file_text(segments)
    found = parse_file(written)
    assert tuple(found.segments) == segments, (written, found.diagnostics)
    assert format_file(written, found) == written


BLANKS = ("", " ", "\t", "\n", "\r\n", "\n\n\n", "  \n\t ")
COMMENTS = ("#", "# a", '# "quote', "# (", "#, )", "#\t x\u00a0", '# segment "x"', "## and", "# 😀")
ENDS = ("\n", "\r\n", " \n", "\n\n")


@st.composite
def shaken(draw: st.DrawFn, text: str) -> str:
    """`text` with other blanks and with comments, in any gap between its words."""
    tokens, _ = scan(text)
    written, end, number = "", 0, 0
    for before, after in pairwise((None, *tokens, None)):
        gap = text[end : after.span.start if after else len(text)]
        around = (before.text if before else "(", after.text if after else ")")
        if gap.isspace() or around[0] in "(," or around[1] in "(),":
            filler = draw(st.sampled_from(BLANKS))
            for _ in range(draw(st.sampled_from((0, 0, 0, 1, 1, 2)))):
                number += 1
                comment, ended = draw(st.sampled_from(COMMENTS)), draw(st.sampled_from(ENDS))
                filler += f"{comment} {number}{ended}{draw(st.sampled_from(BLANKS))}"
            gap = filler if filler or not gap else " "
        written += gap + (after.text if after else "")
        end = after.span.end if after else end
    return written


def said(text: str) -> list[str]:
    return [comment.text for comment in scan(text)[1]]


@settings(SLOW, max_examples=100)
@given(st.data(), rules())
def test_comments_of_a_rule_are_kept_in_order(data: st.DataObject, rule: Rule) -> None:
    text = data.draw(shaken(format_rule(rule)))
    found = parse_rule(text)
    assert found.rule == rule, (text, found.diagnostics)
    written = format_text(text, found)
    again = parse_rule(written)
    assert again.rule == rule, (written, again.diagnostics)
    assert said(written) == said(text)
    assert format_text(written, again) == written


@settings(SLOW, max_examples=100)
@given(st.data(), files())
def test_comments_of_a_file_are_kept_in_order(
    data: st.DataObject, segments: tuple[Segment, ...]
) -> None:
    assume(segments)
    text = data.draw(st.sampled_from(("", "\ufeff"))) + data.draw(shaken(file_text(segments)))
    found = parse_file(text)
    assert tuple(found.segments) == segments, (text, found.diagnostics)
    written = format_file(text, found)
    again = parse_file(written)
    assert tuple(again.segments) == segments, (written, again.diagnostics)
    assert said(written) == said(text)
    assert format_file(written, again) == written


def test_a_comment_between_on_and_enter_goes_below() -> None:
    assert tidy_file('segment "x" when everyone on # soon\nenter notify "crm"') == (
        'segment "x"\n  when everyone\n  on enter notify "crm"  # soon\n'
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('trait.plan == "pro" && ! did "x"', 'trait.plan = "pro" and not did "x"'),
        ('trait.plan is not "pro"', 'trait.plan != "pro"'),
        ('did not "x"', 'not did "x"'),
        ('never did "x"', 'not did "x"'),
        ('did "x" at least once', 'did "x" at least 1 time'),
        ('did "x" within 30 days twice', 'did "x" exactly 2 times within 30d'),
        ('did "x" at least 1 times on at most 1 days', 'did "x" at least 1 time on at most 1 day'),
        (
            'did "x" during  last\nmonth on at least 5 days having sum(amount)>=1_000 where a=1',
            'did "x" where a = 1 having sum(amount) >= 1000 on at least 5 days during last month',
        ),
        (
            "everyone and no one or everyone",
            "(everyone and no one) or everyone",
        ),
        ("not (everyone)", "not everyone"),
        ("not (everyone or no one)", "not (everyone or no one)"),
        ("((everyone) and (no one and everyone))", "everyone and no one and everyone"),
        ('did "x" where (a = 1)', 'did "x" where a = 1'),
        ('did "x" where (not a = 1)', 'did "x" where (not a = 1)'),
        ('in sample 10.50%  of "q3"', 'in sample 10.5% of "q3"'),
        ('trait."plan"."Plan name" = -0.50', 'trait.plan."Plan name" = -0.5'),
        ("trait.in = 1", "trait.in = 1"),
        ("trait.größe = 1", "trait.größe = 1"),
        ('trait.a = "\\u{41}\\u{1F600}\u202e\\t"', 'trait.a = "A😀\\u{202E}\\t"'),
        ("trait.a > 2026-01-31T10:00:00+02:00", "trait.a > 2026-01-31T08:00:00Z"),
        ('trait.a in ("x", "y",) ignoring case', 'trait.a in ("x", "y") ignoring case'),
        (
            'completed survey "nps" within 1 year where score<=6',
            'completed survey "nps" where score <= 6 within 1y',
        ),
        (
            'did "a" then "b" where c = 1 then not "d" since 30d ago within 2 weeks',
            'did "a" then "b" where c = 1 then not "d" within 2w since 30d ago',
        ),
        ("at least 2 of (everyone, no one,)", "at least 2 of (everyone, no one)"),
    ],
)
def test_each_slip_and_synonym_is_written_one_way(text: str, written: str) -> None:
    assert tidy(text) == written


LONG = ", ".join(f'"value {number}"' for number in range(12))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            'trait.plan = "professional" and did "export" where format = "csv" at least 3 times'
            ' within 30d and in segment "x"',
            '''\
trait.plan = "professional"
and did "export" where format = "csv" at least 3 times within 30d
and in segment "x"''',
        ),
        (
            f"trait.plan not in ({LONG}) ignoring case or everyone and no one",
            """\
trait.plan not in (
  "value 0", "value 1", "value 2", "value 3", "value 4", "value 5", "value 6", "value 7", "value 8",
  "value 9", "value 10", "value 11"
) ignoring case
or (everyone and no one)""",
        ),
        (
            'not none of (did "signup" where (role = "administrator" and origin = "invitation")'
            ' then "purchase" where amount > 100 within 14d since 2026-01-01, everyone and no one)',
            """\
not none of (
  did "signup" where (role = "administrator" and origin = "invitation")
    then "purchase" where amount > 100
    within 14d
    since 2026-01-01,
  everyone and no one,
)""",
        ),
        (
            'did "purchase" where (amount > 100 and currency in ("EUR", "CHF") or coupon is known)'
            " having sum(amount) >= 500 at least 3 times on at least 2 days within 1y",
            """\
did "purchase"
  where ((amount > 100 and currency in ("EUR", "CHF")) or coupon is known)
  having sum(amount) >= 500
  at least 3 times
  on at least 2 days
  within 1y""",
        ),
    ],
)
def test_a_long_rule_is_broken_from_the_outside(text: str, written: str) -> None:
    assert tidy(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# above\neveryone # behind\n# below", "# above\neveryone  # behind\n# below"),
        (
            "everyone and # one\nno one # two\n# three\nand everyone",
            "everyone  # one\nand no one  # two\n# three\nand everyone",
        ),
        (
            "(everyone or\n # b\n no one\n# end\n) and everyone",
            "(\n  everyone\n  # b\n  or no one\n  # end\n)\nand everyone",
        ),
        (
            "not ( # why\neveryone or no one)",
            "not (  # why\n  everyone\n  or no one\n)",
        ),
        (
            'did "x" # what\nwithin 30d # recent\nat least 3 times # often',
            'did "x"  # what\n  at least 3 times  # often\n  within 30d  # recent',
        ),
        (
            'trait.a in ( # known\n"x", # first\n# then\n"y"\n# no more\n)',
            'trait.a in (  # known\n  "x",  # first\n  # then\n  "y"\n  # no more\n)',
        ),
        (
            "any of (\neveryone, # all\n# none\nno one)",
            "any of (\n  everyone,  # all\n  # none\n  no one,\n)",
        ),
        (
            'did # a\n# b\n"x" # c\nwhere # d\n(a = 1 or # e\nb = 2)',
            'did "x"  # a\n  # b\n  # c\n  where (  # d\n    a = 1  # e\n    or b = 2\n  )',
        ),
        ('trait.a = "# no comment" # one', 'trait.a = "# no comment"  # one'),
    ],
)
def test_comments_stay_where_they_were(text: str, written: str) -> None:
    assert tidy(text) == written


def test_a_file_has_its_lines_in_order_and_one_blank_line_between_segments() -> None:
    text = """\ufeff# SegQL
# of ours

# the new ones
segment "new"   # all of them

  on enter notify "crm", "slack" at most once every 30 days # not more
  when # what counts
    # anything
    did "signup" # once
    within 7d
  # until then
  description "Joined lately"
  # it ends here


# old ones

segment "old" when not in segment "new" and everyone on leave notify "crm" after 3d notify "x"
# the end"""
    written = """\
# SegQL
# of ours

# the new ones
segment "new"  # all of them
  # until then
  description "Joined lately"
  when  # what counts
    # anything
    did "signup"  # once
      within 7d
  on enter notify "crm", "slack" at most once every 30d  # not more
  # it ends here

# old ones

segment "old"
  when not in segment "new" and everyone
  on leave notify "crm"
  after 3d notify "x"

# the end
"""
    assert tidy_file(text) == written


def test_a_rule_with_and_is_broken_below_when() -> None:
    text = 'segment "x" when trait.plan = "professional" and did "export" at least 3 times' + (
        " within 30d and everyone and no one"
    )
    assert (
        tidy_file(text)
        == """\
segment "x"
  when
    trait.plan = "professional"
    and did "export" at least 3 times within 30d
    and everyone
    and no one
"""
    )


def test_line_breaks_of_windows_are_read() -> None:
    assert tidy_file('segment "x" # a\r\n  when everyone # b\r\n') == (
        'segment "x"  # a\n  when everyone  # b\n'
    )


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_stays_empty(text: str) -> None:
    assert format_file(text, parse_file(text)) == ""


def test_a_file_of_comments_keeps_them() -> None:
    assert tidy_file("\n# a\n\n\n# b\n") == "# a\n\n# b\n"


def test_many_destinations_are_broken() -> None:
    names = ", ".join(f'"destination {number}"' for number in range(9))
    written = tidy_file(f'segment "x" when everyone on enter notify {names} at most once every 1d')
    assert max(map(len, written.splitlines())) <= WIDTH


@SLOW
@given(rules())
def test_lines_are_at_most_a_hundred_columns(rule: Rule) -> None:
    assert max(map(len, format_rule(rule).splitlines())) <= WIDTH


def test_the_deepest_rule_with_the_longest_list_is_formatted() -> None:
    rule: Rule = Attribute(Trait(("a",)), OneOf(tuple(Number(i % 7) for i in range(10_000))))
    for _ in range(31):
        rule = Or((And((rule, InSegment("x"))), InSegment("y")))
    assert parse_rule(format_rule(rule)).rule == rule


@SLOW
@given(
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number + 0.0),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_number_text_and_name_is_read_back(number: float, text: str, name: str) -> None:
    tests = (Compare("=", Number(number)), Compare("=", Text(text)))
    rule = And(tuple(Attribute(Trait((name, text)), test) for test in tests))
    written = format_rule(rule)
    assert parse_rule(written).rule == rule
    assert all(character == "\n" or character.isprintable() for character in written)

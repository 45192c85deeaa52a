"""Every form of the language gives its syntax nodes; limits; the grammar has no conflicts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from segql.language.diagnostics import RuleError, Severity
from segql.language.parse import parse_rule, rule_of
from segql.language.source import Span
from segql.language.syntax import (
    AccountTrait,
    After,
    Ago,
    And,
    Answer,
    At,
    Attribute,
    AttributeTest,
    Before,
    Between,
    BetweenAgo,
    BetweenPoints,
    Changed,
    Compare,
    CompareWith,
    Constant,
    Contains,
    Counted,
    Dated,
    Day,
    Did,
    During,
    EventWindow,
    Field,
    Flag,
    FromNow,
    Group,
    Having,
    InSample,
    InSegment,
    Is,
    MoreThanAgo,
    MoreThanFromNow,
    NamedDay,
    Not,
    Now,
    Nth,
    Number,
    On,
    OneOf,
    Or,
    Property,
    Regularity,
    Rule,
    Sequence,
    Since,
    Step,
    SurveyDid,
    Teammates,
    Text,
    TextTest,
    Trait,
    Value,
    Within,
    WithinNext,
)
from segql.model.durations import Duration

A, B, C = Did("a"), Did("b"), Did("c")


def days(amount: int) -> Duration:
    return Duration(amount, "d")


def on_trait(test: AttributeTest) -> Attribute:
    return Attribute(Trait(("x",)), test)


def on_property(name: str, op: str, value: Value) -> Attribute:
    return Attribute(Property((name,)), Compare(op, value))  # type: ignore[arg-type]


JANUARY = Day(date(2026, 1, 31))
NOON = At(1_769_860_800_000)  # 2026-01-31T12:00:00Z

LOGIC: list[tuple[str, Rule]] = [
    ('did "a" and did "b"', And((A, B))),
    ('did "a" or did "b"', Or((A, B))),
    ('not did "a"', Not(A)),
    ('not not did "a"', Not(Not(A))),
    ('did "a" and did "b" and did "c"', And((A, B, C))),
    ('(did "a" and did "b") and did "c"', And((A, B, C))),
    ('did "a" or (did "b" or did "c")', Or((A, B, C))),
    ('(did "a" or did "b") and did "c"', And((Or((A, B)), C))),
    ('did "a" or did "b" and did "c"', Or((A, And((B, C))))),
    ('not did "a" and did "b"', And((Not(A), B))),
    ('not (did "a" and did "b")', Not(And((A, B)))),
    ('((did "a"))', A),
    ('all of (did "a", did "b")', Group("all", (A, B))),
    ('any of (did "a", did "b",)', Group("any", (A, B))),
    ('none of (did "a")', Group("none", (A,))),
    ('at least 2 of (did "a", did "b", did "c")', Group("at least", (A, B, C), 2)),
    ('any of (did "a" and did "b", did "c")', Group("any", (And((A, B)), C))),
    ("everyone", Constant(True)),
    ("no one", Constant(False)),
    ('did "a" # why\n  and # and so\n did "b" #', And((A, B))),
    ('\ufeff did\t"a"\r\n', A),
]

OPERANDS: list[tuple[str, Rule]] = [
    ("trait.x is known", on_trait(Is("known"))),
    ("trait.a.b is known", Attribute(Trait(("a", "b")), Is("known"))),
    ('trait."a.b"."c d" is known', Attribute(Trait(("a.b", "c d")), Is("known"))),
    ("trait.größe_2 is known", Attribute(Trait(("größe_2",)), Is("known"))),
    ("trait.and.not.within is known", Attribute(Trait(("and", "not", "within")), Is("known"))),
    ("trait . x is known", on_trait(Is("known"))),
    ('account.plan = "pro"', Attribute(AccountTrait(("plan",)), Compare("=", Text("pro")))),
    ("account is known", Attribute(Field("account"), Is("known"))),
    ("last_seen is known", Attribute(Field("last_seen"), Is("known"))),
    ('survey "nps".score >= 9', Attribute(Answer("nps", ("score",)), Compare(">=", Number(9)))),
    ('survey "nps".why.not is known', Attribute(Answer("nps", ("why", "not")), Is("known"))),
]

VALUES: list[tuple[str, Value]] = [
    ('"pro"', Text("pro")),
    (r'"a\"b\\c\n\t\u{1F600}"', Text('a"b\\c\n\t\U0001f600')),
    ('""', Text("")),
    ("10", Number(10)),
    ("-3", Number(-3)),
    ("2.5", Number(2.5)),
    ("1_000", Number(1000)),
    ("-0", Number(0)),
    ("9007199254740992", Number(2**53)),
    ("true", Flag(True)),
    ("false", Flag(False)),
    ("2026-01-31", JANUARY),
    ("2026-01-31T12:00:00Z", NOON),
    ("2026-01-31T13:00+01:00", NOON),
    ("2026-01-31T12:00:00.250Z", At(1_769_860_800_250)),
    ("now", Now()),
    ("today", NamedDay("today")),
    ("yesterday", NamedDay("yesterday")),
    ("30d ago", Ago(days(30))),
    ("7d from now", FromNow(days(7))),
    ("30 days ago", Ago(days(30))),
    ("1 day ago", Ago(days(1))),
]

TESTS: list[tuple[str, AttributeTest]] = [
    ("= 1", Compare("=", Number(1))),
    ("!= 1", Compare("!=", Number(1))),
    ("< 1", Compare("<", Number(1))),
    ("<= 1", Compare("<=", Number(1))),
    ("> 1", Compare(">", Number(1))),
    (">= 2026-01-31", Compare(">=", JANUARY)),
    ('is "v"', Compare("=", Text("v"))),
    ('is not "v"', Compare("!=", Text("v"))),
    ("is not true", Compare("!=", Flag(True))),
    ('= "v" ignoring case', Compare("=", Text("v"), True)),
    ('is not "v" ignoring case', Compare("!=", Text("v"), True)),
    ("between 1 and 2", Between(Number(1), Number(2))),
    ("between 2026-01-31 and today", Between(JANUARY, NamedDay("today"))),
    ("not between 1 and 2", Between(Number(1), Number(2), True)),
    ('in ("a", 1)', OneOf((Text("a"), Number(1)))),
    ('not in ("a", "b",)', OneOf((Text("a"), Text("b")), True)),
    ('in ("a") ignoring case', OneOf((Text("a"),), False, True)),
    ('contains "v"', Contains("one", (Text("v"),))),
    ("contains 3", Contains("one", (Number(3),))),
    ('not contains "v" ignoring case', Contains("one", (Text("v"),), True, True)),
    ('contains any of ("a", "b")', Contains("any", (Text("a"), Text("b")))),
    ('contains all of ("a",)', Contains("all", (Text("a"),))),
    ('starts with "v"', TextTest("starts with", "v")),
    ('ends with "v" ignoring case', TextTest("ends with", "v", False, True)),
    ('not starts with "v"', TextTest("starts with", "v", True)),
    (r'matches "^a.\\d$"', TextTest("matches", r"^a.\d$")),
    ("is known", Is("known")),
    ("is not known", Is("known", True)),
    ("is unknown", Is("unknown")),
    ("is not unknown", Is("unknown", True)),
    ("is empty", Is("empty")),
    ("is not empty", Is("empty", True)),
    ("is promoter", Is("promoter")),
    ("is passive", Is("passive")),
    ("is not detractor", Is("detractor", True)),
    ("before 2026-01-31", Dated(Before(JANUARY))),
    ("after now", Dated(After(Now()))),
    ("on 2026-01-31", Dated(On(JANUARY))),
    ("on yesterday", Dated(On(NamedDay("yesterday")))),
    ("within 30d", Dated(Within(days(30)))),
    ("within next 7d", Dated(WithinNext(days(7)))),
    ("more than 30d ago", Dated(MoreThanAgo(days(30)))),
    ("more than 7d from now", Dated(MoreThanFromNow(days(7)))),
    ("not before today", Dated(Before(NamedDay("today")), True)),
    ("not within 30d", Dated(Within(days(30)), True)),
    ("during today", Dated(During("today"))),
    ("during yesterday", Dated(During("yesterday"))),
    *((f"during {which} {unit}", Dated(During(f"{which} {unit}")))
      for which in ("this", "last") for unit in ("week", "month", "quarter", "year")),
]  # fmt: skip

LENGTHS: list[tuple[str, Duration]] = [
    ("30s", Duration(30, "s")),
    ("15min", Duration(15, "min")),
    ("12h", Duration(12, "h")),
    ("30d", Duration(30, "d")),
    ("2w", Duration(2, "w")),
    ("3mo", Duration(3, "mo")),
    ("1y", Duration(1, "y")),
    ("1_000d", Duration(1000, "d")),
    ("45 seconds", Duration(45, "s")),
    ("1 minute", Duration(1, "min")),
    ("2 hours", Duration(2, "h")),
    ("30 days", Duration(30, "d")),
    ("1 week", Duration(1, "w")),
    ("6 months", Duration(6, "mo")),
    ("1 year", Duration(1, "y")),
]

COUNTS: list[tuple[str, Counted]] = [
    ("at least 3", Counted("at least", 3)),
    ("at most 2", Counted("at most", 2)),
    ("exactly 0", Counted("exactly", 0)),
    ("more than 1_000", Counted("more than", 1000)),
    ("fewer than 3", Counted("fewer than", 3)),
    ("between 2 and 5", Counted("between", 2, 5)),
]

WINDOWS: list[tuple[str, EventWindow]] = [
    ("within 30d", Within(days(30))),
    ("between 60d and 30d ago", BetweenAgo(days(60), days(30))),
    ("since 2026-01-31", Since(JANUARY)),
    ("since 30d ago", Since(Ago(days(30)))),
    ("before 2026-01-31T12:00:00Z", Before(NOON)),
    ("between 2026-01-31 and yesterday", BetweenPoints(JANUARY, NamedDay("yesterday"))),
    ("on today", On(NamedDay("today"))),
    ("during last month", During("last month")),
]

AMOUNT = on_property("amount", ">", Number(100))
CSV = on_property("format", "=", Text("csv"))
SUM = Having("sum", ("amount",), Compare(">=", Number(500)))

BEHAVIOUR: list[tuple[str, Rule]] = [
    ('did "x"', Did("x")),
    ('not did "x"', Not(Did("x"))),
    ('did not "x"', Not(Did("x"))),
    ('never did "x" within 30d', Not(Did("x", window=Within(days(30))))),
    ('did "x" where format = "csv"', Did("x", CSV)),
    ('did "x" where not in (1)', Did("x", Attribute(Property(("not",)), OneOf((Number(1),))))),
    ('did "x" where item."unit price" > 1',
     Did("x", Attribute(Property(("item", "unit price")), Compare(">", Number(1))))),
    ('did "x" where (format = "csv" and amount > 100)', Did("x", And((CSV, AMOUNT)))),
    ('did "x" where (not format = "csv" or (amount > 100))', Did("x", Or((Not(CSV), AMOUNT)))),
    ('did "x" where (where = 1)', Did("x", on_property("where", "=", Number(1)))),
    ('did "x" having sum(amount) >= 500', Did("x", having=SUM)),
    *((f'did "x" having {name}(a.b) between 1 and 2',
       Did("x", having=Having(name, ("a", "b"), Between(Number(1), Number(2)))))
      for name in ("sum", "avg", "min", "max", "count distinct")),
    ('did "x" having sum(sum) not in (1, 2)',
     Did("x", having=Having("sum", ("sum",), OneOf((Number(1), Number(2)), True)))),
    ('did "x" within 30d on at least 5 days having sum(amount) >= 500 exactly 1 time '
     'where amount > 100',
     Did("x", AMOUNT, SUM, Counted("exactly", 1), Counted("at least", 5), Within(days(30)))),
    ('first did "x" within 7d', Nth("first", "x", Within(days(7)))),
    ('last did "x" where amount > 100 before 14d ago',
     Nth("last", "x", Before(Ago(days(14))), AMOUNT)),
    ('did "a" then "b"', Sequence((Step("a"), Step("b")))),
    ('did "a" where amount > 100 then "b" where format = "csv" then "c" within 14d',
     Sequence((Step("a", AMOUNT), Step("b", CSV), Step("c")), within=days(14))),
    ('did "a" then not "b"', Sequence((Step("a"), Step("b")), True)),
    ('did "a" then not "b" within 14d before 14d ago',
     Sequence((Step("a"), Step("b")), True, days(14), Before(Ago(days(14))))),
    ('did "a" then "b" since 30d ago within 1w',
     Sequence((Step("a"), Step("b")), within=Duration(1, "w"), window=Since(Ago(days(30))))),
    ('not did "a" then "b"', Not(Sequence((Step("a"), Step("b"))))),
    ('saw survey "nps"', SurveyDid("seen", "nps")),
    ('completed survey "nps" where score <= 6 at least 2 times within 1y',
     SurveyDid("completed", "nps", on_property("score", "<=", Number(6)),
               Counted("at least", 2), None, Within(Duration(1, "y")))),
    ("dismissed any survey on at least 2 days",
     SurveyDid("dismissed", None, days=Counted("at least", 2))),
    ('in segment "power users"', InSegment("power users")),
    ('not in segment "power users"', Not(InSegment("power users"))),
    ("in sample 10%", InSample(Decimal(10))),
    ('in sample 0.5% of "q3"', InSample(Decimal("0.5"), "q3")),
]  # fmt: skip

FORMS: list[tuple[str, Rule]] = [
    *LOGIC,
    *OPERANDS,
    *((f"trait.x = {text}", on_trait(Compare("=", value))) for text, value in VALUES),
    *((f"trait.x {text}", on_trait(test)) for text, test in TESTS),
    *((f"trait.x within {text}", on_trait(Dated(Within(length)))) for text, length in LENGTHS),
    *((f'did "x" {text} times', Did("x", count=count)) for text, count in COUNTS),
    *((f'did "x" on {text} days', Did("x", days=count)) for text, count in COUNTS),
    *((f'did "x" {text}', Did("x", window=window)) for text, window in WINDOWS),
    *((f'saw survey "x" {text}', SurveyDid("seen", "x", window=window))
      for text, window in WINDOWS),
    *BEHAVIOUR,
    ("trait.plan changed within 7d", Attribute(Trait(("plan",)), Changed(Duration(7, "d")))),
    ("trait.plan not changed within 1y",
     Attribute(Trait(("plan",)), Changed(Duration(1, "y"), negated=True))),
    ("trait.plan unchanged for 2 weeks",
     Attribute(Trait(("plan",)), Changed(Duration(2, "w"), unchanged=True))),
    ("trait.seats_used >= trait.seats",
     Attribute(Trait(("seats_used",)), CompareWith(">=", Trait(("seats",))))),
    ('trait.a != survey "nps".score',
     Attribute(Trait(("a",)), CompareWith("!=", Answer("nps", ("score",))))),
    ("account.owner = email",
     Attribute(AccountTrait(("owner",)), CompareWith("=", Field("email")))),
    ("id = account.a.b", Attribute(Field("id"), CompareWith("=", AccountTrait(("a", "b"))))),
    ("id = account", Attribute(Field("id"), CompareWith("=", Field("account")))),
    ('did "x" having first(plan) = "pro"',
     Did("x", having=Having("first", ("plan",), Compare("=", Text("pro"))))),
    ('did "x" having most frequent(plan) is not known',
     Did("x", having=Having("most frequent", ("plan",), Is("known", negated=True)))),
    ('did "x" in at least 3 of the last 5 weeks',
     Did("x", regularity=Regularity(Counted("at least", 3), 5, "week"))),
    ('did "x" at least 2 times in between 1 and 2 of the last 3 months',
     Did("x", count=Counted("at least", 2),
         regularity=Regularity(Counted("between", 1, 2), 3, "month"))),
    ("any teammate (everyone)", Teammates("any", Constant(True))),
    ("every teammate (not everyone or id = account)",
     Teammates("every", Or((Not(Constant(True)),
                            Attribute(Field("id"), CompareWith("=", Field("account"))))))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rule"), FORMS, ids=[text for text, _ in FORMS])
def test_a_form_gives_its_nodes(text: str, rule: Rule) -> None:
    parsed = parse_rule(text)
    assert parsed.rule == rule
    assert not [one for one in parsed.diagnostics if one.severity is not Severity.HINT]


def test_spans_are_those_of_the_text() -> None:
    text = 'not (trait.plan == "pro") and did "x" where a = 1 within 30 day'
    rule = parse_rule(text).rule
    assert isinstance(rule, And)
    first, did = rule.items
    assert isinstance(first, Not) and isinstance(did, Did) and isinstance(did.where, Attribute)
    spans = (rule, first, first.item, did, did.where, did.where.operand, did.window)
    assert [text[one.span.start : one.span.end] for one in spans if one and one.span] == [
        text,
        'not (trait.plan == "pro")',
        '(trait.plan == "pro")',
        'did "x" where a = 1 within 30 day',
        "a = 1",
        "a",
        "within 30 day",
    ]


def test_a_text_with_errors_raises_where_a_rule_is_asked_for() -> None:
    with pytest.raises(RuleError) as caught:
        rule_of("trait.plan =")
    assert [one.severity for one in caught.value.diagnostics] == [Severity.ERROR]
    assert "1:" in str(caught.value)


# Limits (§6)


def codes(text: str) -> list[str]:
    return [one.code for one in parse_rule(text).diagnostics]


def test_a_rule_has_at_most_64_kib() -> None:
    rule = "everyone #"
    assert codes(rule + "x" * (65_536 - len(rule))) == []
    assert codes(rule + "x" * (65_537 - len(rule))) == ["too-long"]
    assert codes(rule + "ü" * 32_768) == ["too-long"]


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("not ", ""), ("any of (", ")"), ("not (", ")")]
)
def test_a_rule_has_at_most_64_levels(opening: str, closing: str) -> None:
    each = opening.count("(") + opening.count("not")
    most = 64 // each
    assert codes(opening * most + "everyone" + closing * most) == []
    deeper = most + 1
    assert codes(opening * deeper + "everyone" + closing * deeper) == ["too-deep"]


def test_levels_side_by_side_do_not_add_up() -> None:
    part = "not (not (not everyone))"
    assert codes(" and ".join([part] * 100)) == []
    assert codes("any of (" + ", ".join([part] * 100) + ")") == []


def test_tests_with_not_are_no_levels() -> None:
    assert (
        codes("any of (" + ", ".join(["trait.x not in (1)", "a is not known"] * 50) + ")")
        == ["unknown-field"] * 50
    )


def test_a_rule_has_at_most_500_conditions() -> None:
    assert codes(" and ".join(["email is known"] * 500)) == []
    assert codes(" and ".join(["email is known"] * 501)) == ["too-many-conditions"]
    assert codes(" and ".join(["everyone"] * 501)) == ["too-many-conditions"]
    assert codes("any of (" + "everyone, " * 500 + ")") == []
    assert codes("any of (" + "everyone, " * 501 + ")") == ["too-many-conditions"]
    assert codes(" or ".join(["trait.n between 1 and 2"] * 500)) == []


def test_a_rule_has_at_most_1_000_tests_of_where_and_steps() -> None:
    assert codes('did "x" where (' + " and ".join(["a = 1"] * 1_000) + ")") == []
    many = " and ".join(["a = 1"] * 1_001)
    assert codes(f'did "x" where ({many})') == ["too-many-conditions"]
    assert codes(f'did "x" where (a = 1 or ({many}))') == ["too-many-conditions"]
    assert codes('did "x"' + ' then "x"' * 1_000) == []
    assert codes('did "x"' + ' then "x"' * 1_001) == ["too-many-conditions"]
    both = 'did "x" where (a = 1 or b in (2, 3)) within 30d'
    assert codes(" or ".join([both] * 500)) == []


def test_the_names_of_a_rule_have_at_most_10_000_parts() -> None:
    assert codes("trait" + ".a" * 10_000 + " is known") == []
    assert codes("trait" + ".a" * 10_001 + " is known") == ["too-long"]


def test_a_rule_has_at_most_32_768_words_and_signs() -> None:
    few = 'did "purchase" having sum(amount) > 5 at least 3 times where a = 1 within 30d'
    items = ",".join("1" * 10_000)
    assert (
        codes(" and ".join([f"trait.x in ({items})", *["trait.xy between 10 and 20"] * 499])) == []
    )
    assert codes(" and ".join([few] * 500)) == []
    assert codes(" and ".join([few] * 501)) == ["too-many-conditions"]


def test_ordinary_patterns_are_as_many_as_conditions() -> None:
    ordinary = (
        r'"^[a-z0-9.]+@example\\.(com|org)$"', '"(?i)enterprise|business|pro plus"',
        r'"^v[0-9]{1,3}\\.[0-9]{1,3}$"',
    )  # fmt: skip
    rule = " or ".join(f"trait.x{at} matches {ordinary[at % 3]}" for at in range(500))
    assert codes(rule) == []
    assert codes('trait.x matches "' + "|".join(f"name{at}" for at in range(1_000)) + '"') == []


def test_patterns_that_are_large_together_are_refused_at_the_first_that_is_too_much() -> None:
    large = [f'trait.x matches "[ab]{{1000}}{at}"' for at in range(100)]
    found = parse_rule(" or ".join(large)).diagnostics
    assert [one.code for one in found] == ["too-large-patterns"]
    assert codes(" or ".join(large[:40])) == []
    assert codes('trait.x matches "' + "a" * 10_001 + '"') == ["bad-pattern"]
    assert codes(r'trait.x matches "' + r"\\pL" * 300 + '"') == ["bad-pattern"]
    assert codes(r'trait.x matches "[[:alpha:]]{1000}\\pL{1,1000}"') == ["bad-pattern"]


def test_ten_faulty_patterns_are_reported_at_most() -> None:
    assert codes(" or ".join(['trait.x matches "("'] * 30)) == ["bad-pattern"] * 10


def test_a_list_has_at_most_10_000_items() -> None:
    assert codes("trait.x in (" + ",".join("1" * 10_000) + ")") == []
    assert codes("trait.x in (" + ",".join("1" * 10_001) + ")") == ["too-many-items"]
    half = "trait.x in (" + ",".join("1" * 5_000) + ")"
    assert codes(f"{half} or {half}") == []
    assert codes(f"{half} or {half} or trait.x in (1)") == ["too-many-items"]
    assert codes("trait.x in (" + '"é", ' * 10_000 + ")") == []


def test_a_long_list_reads_as_a_short_one_does() -> None:
    written = ("1", '"a\\n"', "-2.50", '""', "1_0", '"é"') * 30
    text = "trait.x in (" + ", ".join(written) + ",\n)"
    long = rule_of(text)
    short = [rule_of(f"trait.x in ({one})") for one in written]
    assert isinstance(long, Attribute)
    assert isinstance(long.test, OneOf)
    assert list(long.test.values) == [one.test.values[0] for one in short]  # type: ignore[union-attr]
    spans = [one.span for one in long.test.values]
    assert [text[span.start : span.end] for span in spans if span] == list(written)
    assert long.span == Span(0, len(text))


def test_a_span_of_a_limit_lies_in_the_text() -> None:
    text = "(" * 100
    assert parse_rule(text).diagnostics[0].span == Span(64, 65)

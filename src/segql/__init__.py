"""SegQL: user segments written as text, evaluated the same way everywhere.

The life of a segment, and where to read on:

1.  Somebody writes a rule: `trait.plan = "pro" and did "export" within 30d`.
2.  `language.parse` reads it into the rule as written, or says what is wrong, where, and how to
    mend it. `language.format` writes it back, in one way.
3.  `rules.desugar` takes the shorthand away: a dozen kinds of nodes remain, and no default unsaid.
4.  `rules.reads` tells what it depends on, `rules.order` which segments come before it.
5.  `engines.interpreter` makes closures of it, binds them to a moment (now and a time zone), and
    asks them about one profile; `explain` gives the verdict with its evidence.
6.  `store` keeps profiles, events and survey responses in SQLite.
7.  `engines.sets` answers every condition of a whole catalogue once, for all profiles together.
8.  `membership` compares who held with who holds, and writes down who entered and who left.
9.  `app` has a module per job that a person does; `cli` is the `segql` command over it.

The functions below need no database, except `open`. A rule is a text or what `parse` gave:

>>> import segql
>>> rule = 'trait.plan = "pro" and did "export" within 30d'
>>> ann = {"traits": {"plan": "pro"}, "events": [{"event": "export", "time": "2026-02-20"}]}
>>> segql.matches(rule, ann, now="2026-03-01")
True
>>> print(segql.explain(rule, ann, now="2026-04-01", flips=False))
✗ all of these: 1 of 2
├─ ✓ trait.plan = "pro": it is "pro"
└─ ✗ did "export" within 30d: none of 1 fits, last 2026-02-20 00:00 UTC
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from segql.model.errors import SegqlError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import TypeAlias

    from segql.app.embedding import Project
    from segql.editor.complete import complete
    from segql.editor.definition import definition
    from segql.editor.highlight import tokens
    from segql.editor.hover import hover
    from segql.engines.interpreter.holds import Compiled
    from segql.engines.interpreter.memory import Profile
    from segql.language.diagnostics import Diagnostic, RuleError
    from segql.language.file_texts import format_file, parse_file
    from segql.language.json_files import file_from_dict, file_to_dict
    from segql.language.syntax import Rule, Segment
    from segql.model.changes import Plan
    from segql.model.instants import Moment
    from segql.model.listed import Vocabulary
    from segql.model.vocabulary import Vocabulary as VocabularyProtocol
    from segql.model.why import Why

    Time: TypeAlias = str | datetime | int
    Document: TypeAlias = Mapping[str, object]

__version__: Final = "0.1.0"

__all__ = [
    "Diagnostic",
    "Profile",
    "Project",
    "Rule",
    "RuleError",
    "Segment",
    "SegqlError",
    "Vocabulary",
    "Why",
    "__version__",
    "applied",
    "calls",
    "check",
    "compile",
    "complete",
    "definition",
    "explain",
    "file_from_dict",
    "file_to_dict",
    "format",
    "format_file",
    "from_dict",
    "hover",
    "matches",
    "open",
    "parse",
    "parse_file",
    "to_dict",
    "tokens",
]

# Loaded when they are asked for: `import segql` stays quick, and needs neither parser nor SQLite.
_LATER: Final = {
    **dict.fromkeys(("Diagnostic", "RuleError"), "segql.language.diagnostics"),
    "Profile": "segql.engines.interpreter.memory",
    "Project": "segql.app.embedding",
    **dict.fromkeys(("Rule", "Segment"), "segql.language.syntax"),
    "Vocabulary": "segql.model.listed",
    "Why": "segql.model.why",
    **dict.fromkeys(("file_from_dict", "file_to_dict"), "segql.language.json_files"),
    **dict.fromkeys(("format_file", "parse_file"), "segql.language.file_texts"),
    **{name: f"segql.editor.{name}" for name in ("complete", "definition", "hover")},
    "tokens": "segql.editor.highlight",
}


def __getattr__(name: str) -> Any:
    if name == "calls":
        return import_module("segql.model.calls")
    if name not in _LATER:
        raise AttributeError(f"module `segql` has no attribute `{name}`")
    found = getattr(import_module(_LATER[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def parse(text: str) -> Rule:
    """The rule that `text` says, as written. Raises `RuleError` with all `.diagnostics`.

    >>> parse('trait.plan = "pro"') == parse('trait.plan   =  "pro"  # paying')
    True
    """
    from segql.language.parse import rule_of

    return rule_of(text)


def check(
    text: str, vocabulary: VocabularyProtocol | None = None, *, strict: bool = False
) -> tuple[Diagnostic, ...]:
    """The errors, warnings and hints about `text`, by place; none when all is well. Never raises.

    A `vocabulary`, as of a project, also finds names and values that nobody has and kinds that do
    not fit: warnings, as the data may come later. With `strict` warnings are errors.

    >>> [one.code for one in check('did "export" within 30')]
    ['expected-duration']
    >>> from segql import Vocabulary
    >>> known = Vocabulary.of({"traits": {"plan": ["free", "pro"]}})
    >>> [one.label for one in check('trait.plam = "pro"', known)]
    ['did you mean `plan`?']
    """
    from segql.rules.check import checked_rule

    return checked_rule(text, vocabulary, strict=strict)


def format(rule: str | Rule) -> str:
    """The one way to write a rule; comments of a text stay. Raises `RuleError` for a faulty one.

    >>> format('never did "export"   within 30 days # for a month')
    'not did "export" within 30d  # for a month'
    """
    from segql.language import format as formatter

    if not isinstance(rule, str):
        return formatter.format_rule(rule)
    from segql.language.diagnostics import RuleError
    from segql.language.parse import parse_rule

    parsed = parse_rule(rule)
    if parsed.rule is None:
        raise RuleError(parsed.diagnostics)
    return formatter.format_text(rule, parsed)


def to_dict(rule: str | Rule) -> dict[str, Any]:
    """The rule as JSON: `{"lang": 1, …}`, with a published schema. `from_dict` is its inverse.

    >>> from_dict(to_dict("trait.seats >= 10")) == parse("trait.seats >= 10")
    True
    """
    from segql.language import json

    return json.to_dict(_rule(rule))


def from_dict(data: Mapping[str, Any]) -> Rule:
    """The rule that JSON says. Raises `RuleError` for what no rule can say."""
    from segql.language import json

    return json.from_dict(data)


def matches(rule: str | Rule, profile: Document | Profile, *, now: Time, zone: str = "UTC") -> bool:
    """Whether `rule` holds for one profile, a plain mapping, at `now`.

    `now` is ISO 8601 text, an aware datetime, or ms since 1970 UTC; `zone` the IANA zone of days,
    months and times without offset. Keys of the profile, all optional, are those of `Profile.of`;
    `in segment` asks its own `segments`. Raises `RuleError` for a faulty rule, `SegqlError` for a
    faulty profile, time or zone.

    >>> bert = {"first_seen": "2026-02-14"}
    >>> matches("first_seen within 1w", bert, now="2026-03-01T12:00:00Z", zone="Europe/Zurich")
    False
    """
    return compile(rule, now=now, zone=zone)(profile)


def compile(
    rule: str | Rule, *, now: Time, zone: str = "UTC"
) -> Callable[[Document | Profile], bool]:
    """The rule at `now` as a function from a profile to yes or no, for many profiles.

    A profile that is asked more than once is best made by `Profile.of(mapping, zone=…)` before.
    Arguments and errors are those of `matches`.

    >>> is_new = compile("first_seen within 7d", now="2026-03-01T12:00:00Z", zone="Europe/Zurich")
    >>> is_new({"first_seen": "2026-02-27"})
    True
    """
    from segql.engines.interpreter.memory import Profile

    moment = _moment(now, zone)
    holds = _compiled(rule).at(moment)

    def matches_at_now(profile: Document | Profile) -> bool:
        if isinstance(profile, Profile):
            return holds(profile)
        return holds(Profile.of(profile, zone=moment.zone))

    return matches_at_now


def explain(
    rule: str | Rule,
    profile: Document | Profile,
    *,
    now: Time,
    zone: str = "UTC",
    flips: bool = True,
) -> Why:
    """Why `rule` holds for a profile at `now`, or why not: every condition with its evidence.

    Each verdict comes with what would flip it (`plans`) and when time alone does (`until`), ten
    times as fast without `flips`. Arguments and errors are those of `matches`, as is the verdict.

    >>> why = explain('trait.plan != "pro"', {}, now="2026-03-01T12:00:00Z")
    >>> why.holds, why.missing
    (True, True)
    """
    from segql.engines.explanation.explain import explain as why
    from segql.engines.interpreter.memory import Profile

    moment = _moment(now, zone)
    facts = profile if isinstance(profile, Profile) else Profile.of(profile, zone=moment.zone)
    return why(_rule(rule), facts, moment, flips=flips)


def applied(document: Document, plan: Plan, *, now: Time, zone: str = "UTC") -> dict[str, Any]:
    """The profile document after one of the `plans` of `explain`; `document` stays as it is.

    >>> plan = explain('trait.plan = "pro"', {}, now="2026-03-01").plans[0]
    >>> applied({"id": "ann"}, plan, now="2026-03-01")["traits"]
    {'plan': 'pro'}
    """
    from segql.engines.explanation.altered import applied as followed

    return followed(document, plan, _moment(now, zone))


def open(path: str | Path, *, zone: str = "UTC", create: bool = True) -> Project:
    """The project in the SQLite file at `path`; close it, or use `with`.

    A missing file becomes an empty project that counts days in `zone`, unless `create` is off.
    """
    from segql.app.embedding import Project

    return Project.opened(path, zone=zone, create=create)


def _rule(rule: str | Rule) -> Rule:
    return parse(rule) if isinstance(rule, str) else rule


@lru_cache(maxsize=256)
def _compiled(rule: str | Rule) -> Compiled:
    from segql.engines.interpreter.holds import compile_rule
    from segql.rules.desugar import desugar

    return compile_rule(desugar(_rule(rule)))


def _moment(now: Time, zone: str) -> Moment:
    from segql.model.instants import Moment, instant_from, zone_named

    place = zone_named(zone)
    return Moment(instant_from(now, place, what="point in time"), place)

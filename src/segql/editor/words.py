"""The words of the language: what each means, in a line, with an example (grammar/README.md).

An example is a whole rule, or segments of a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen


@frozen
class Word:
    """A word or a phrase: what it means in a line, and an example."""

    meaning: str
    example: str


def _section(**words: tuple[str, str]) -> dict[str, Word]:
    return {name.replace("_", " "): Word(*given) for name, given in words.items()}


_LOGIC: Final = _section(
    **{"and": ("both hold; binds tighter than `or`", 'trait.plan = "pro" and did "export"')},
    **{"or": ("one of both holds, or both", 'did "export" or did "share"')},
    **{"not": ("holds exactly when what follows does not", 'not did "export" within 30d')},
    all_of=("every one of these holds", 'all of (trait.plan = "pro", did "export")'),
    any_of=("at least one of these holds", 'any of (did "export", did "share")'),
    none_of=("not one of these holds", 'none of (did "export", did "share")'),
    everyone=("holds for every profile", "everyone and not in sample 10%"),
    no_one=("holds for no profile", "no one"),
)
_OPERANDS: Final = _section(
    trait=("a trait of the profile", 'trait.plan = "pro"'),
    account=("a trait of the account that the profile belongs to", "account.seats >= 10"),
    survey=("the newest answer to a question of a survey", 'survey "nps".score >= 9'),
)
_TESTS: Final = _section(
    **{
        "is": ("equals, or is of a kind", "trait.plan is known"),
        "in": ("equals one of these values", 'trait.country in ("CH", "AT")'),
    },
    is_known=("there is a value", "trait.plan is known"),
    is_unknown=("there is no value", "trait.plan is unknown"),
    is_empty=('"" or a list without elements', "trait.tags is empty"),
    is_promoter=("an answer of 9 or 10", 'survey "nps".score is promoter'),
    is_passive=("an answer of 7 or 8", 'survey "nps".score is passive'),
    is_detractor=("an answer from 0 to 6", 'survey "nps".score is detractor'),
    between=("from the one to the other, both included", "trait.seats between 5 and 20"),
    contains=("a part of the text, or an element of the list", 'trait.tags contains "vip"'),
    contains_any_of=(
        "one of these parts or elements",
        'trait.tags contains any of ("vip", "beta")',
    ),
    contains_all_of=(
        "all of these parts or elements",
        'trait.tags contains all of ("vip", "beta")',
    ),
    starts_with=("the text begins so", 'email starts with "team@"'),
    ends_with=("the text ends so", 'email ends with "@example.com"'),
    matches=("the RE2 pattern is found in the text", 'email matches "[0-9]+@"'),
    ignoring_case=("upper and lower case count as equal", 'trait.plan = "pro" ignoring case'),
    changed_within=("became what it is so short a time ago", "trait.plan changed within 7d"),
    unchanged_for=("has been what it is for so long", "trait.plan unchanged for 14d"),
    within_next=("from now on, so far ahead", "trait.renews_at within next 7d"),
    more_than=("more than this number, or longer ago than this", "last_seen more than 30d ago"),
    after=("later than a day or an instant", "first_seen after 2026-01-31"),
)
_BEHAVIOUR: Final = _section(
    did=("the event happened, once unless a count says otherwise", 'did "export" within 30d'),
    never_did=("the event did not happen", 'not did "export"'),
    first_did=("tests when the event happened first", 'first did "export" within 7d'),
    last_did=("tests when the event happened last", 'last did "export" before 14d ago'),
    then=("a later event; `within` bounds the time from first to last",
          'did "signup" then "export" within 14d since 30d ago'),
    saw_survey=("the survey was shown", 'saw survey "nps" within 90d'),
    completed_survey=("the survey was answered to its end",
          'completed survey "nps" where score <= 6'),
    dismissed_survey=("the survey was closed unanswered",
          'dismissed survey "nps" at least 2 times'),
    any_survey=("all surveys together", "saw any survey within 30d"),
    where=("only events with these properties count", 'did "export" where format = "csv"'),
    having=("an aggregate over the events that count", 'did "purchase" having sum(amount) >= 500'),
    sum=("the sum of the numbers of a property", 'did "purchase" having sum(amount) >= 500'),
    avg=("the mean of the numbers of a property", 'did "purchase" having avg(amount) > 20'),
    min=("the smallest number of a property", 'did "purchase" having min(amount) > 5'),
    max=("the largest number of a property", 'did "purchase" having max(amount) > 100'),
    count_distinct=("how many different values a property has",
                    'did "purchase" having count distinct(shop) >= 3'),
    first=("the value at the first event where it is known",
          'did "login" having first(source) = "ad"'),
    last=("the value at the last event where it is known",
          'did "login" having last(device) = "phone"'),
    most_frequent=("the value that occurs most often",
          'did "login" having most frequent(device) = "phone"'),
    at_least=("this number or more", 'did "export" at least 3 times'),
    at_most=("this number or fewer, none included", 'did "export" at most 2 times'),
    exactly=("this number", 'did "export" exactly 1 time'),
    fewer_than=("less than this number, none included", 'did "export" fewer than 3 times'),
    times=("counts events", 'did "export" at least 3 times'),
)  # fmt: skip
_TIME: Final = _section(
    within=("in the time up to now", 'did "export" within 30d'),
    since=("from then until now", 'did "export" since 2026-01-31'),
    before=("earlier than a day or an instant", "first_seen before 2026-01-31"),
    on=("on that whole day", "first_seen on yesterday"),
    on_at_least=("counts different days", 'did "export" on at least 5 days within 30d'),
    during=("in a calendar unit, weeks from Monday", 'did "export" during last month'),
    in_at_least=(
        "in so many of the last weeks or months",
        'did "export" in at least 3 of the last 5 weeks',
    ),
    ago=("so long before now", "last_seen before 30d ago"),
    from_now=("so long after now", "trait.renews_at before 7d from now"),
    now=("the instant at which the rule is asked", "trait.renews_at after now"),
    today=("the whole day of now", "first_seen on today"),
    yesterday=("the whole day before today", "first_seen on yesterday"),
    this=("the calendar unit round now, its rest included", "trait.renews_at during this month"),
)
_OTHERS: Final = _section(
    in_segment=("is a member of another segment", 'in segment "power users"'),
    in_sample=("a stable share of all profiles", "in sample 10%"),
    any_teammate=("holds for a profile of the same account, oneself included",
                  'any teammate (did "export")'),
    every_teammate=("holds for all profiles of the same account", 'every teammate (did "export")'),
    true=("the value `true`", "trait.subscribed = true"),
    false=("the value `false`", "trait.subscribed = false"),
)  # fmt: skip
_FILE: Final = 'segment "new"\n  when first_seen within 7d\n'
_LINES: Final = _section(
    segment=("begins a segment", _FILE),
    description=("what the segment is, for people", f'{_FILE}  description "New in a week"\n'),
    when=("the rule of the segment", _FILE),
    on_enter=("what happens when a profile becomes a member", f'{_FILE}  on enter notify "crm"\n'),
    on_leave=("what happens when a profile stops being one", f'{_FILE}  on leave notify "crm"\n'),
    notify=("the destinations that hear of it", f'{_FILE}  on enter notify "crm"\n'),
    after_duration=("once per stay, after so long", f'{_FILE}  after 3d notify "crm"\n'),
    at_most_once_every=("a cool-down per profile and destination",
                        f'{_FILE}  on enter notify "crm" at most once every 30d\n'),
)  # fmt: skip

WORDS: Final[Mapping[str, Word]] = {
    **_LOGIC, **_OPERANDS, **_TESTS, **_BEHAVIOUR, **_TIME, **_OTHERS, **_LINES,
}  # fmt: skip
"""By the word or phrase."""

OPERATORS: Final[Mapping[str, str]] = {
    "=": "equals",
    "!=": "does not equal; holds for a missing value too",
    "<": "less, or earlier",
    "<=": "less or equal, or not later",
    ">": "more, or later",
    ">=": "more or equal, or not earlier",
}
"""What operators mean."""

FIELD_MEANINGS: Final[Mapping[str, str]] = {
    "id": "the profile's id",
    "email": "the e-mail given at identify",
    "account": "the account's id, missing without one",
    "first_seen": "earliest time of any call or imported event",
    "last_seen": "latest time of any call or imported event",
    "events": "number of tracked events, surveys not among them",
    "last_event": "latest time of a tracked event",
    "surveys_seen": "number of surveys shown",
    "surveys_completed": "number of surveys completed",
    "surveys_dismissed": "number of surveys dismissed",
    "last_survey_seen": "latest time at which a survey was shown",
    "last_survey_completed": "latest time at which a survey was completed",
    "last_survey_dismissed": "latest time at which a survey was dismissed",
    "last_survey": "latest time of anything done with a survey",
}
"""What the fields of §4 are."""

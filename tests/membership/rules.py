"""Rules for generated histories, on few names; some hold still, some are moved by time."""

from __future__ import annotations

from typing import Final

from membership.world import Line

START: Final = 1_772_366_400_000
"""2026-03-01 12:00 UTC, a Sunday."""
HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR

STILL: Final = (
    'trait.plan = "pro"',
    "trait.tags is empty or trait.tags is unknown",
    'email ends with "@x.ch"',
    "account.size >= 10",
    'account.size >= 10 and trait.plan = "pro"',
    'account = "acme"',
    'did "buy"',
    'did "buy" where amount > 1',
    "events >= 3",
    'survey "nps".score >= 9',
    "surveys_seen >= 1",
    'did "export" then "buy" within 1h',
    'did "export" then not "buy" within 1h',
    "in sample 50%",
    'every teammate (events >= 1 or trait.plan = "pro")',
    "everyone",
)
MOVING: Final = (
    'did "buy" at least 2 times within 3h',
    'did "buy" at most 1 time within 2h',
    'did "buy" exactly 1 time between 4h ago and 1h ago',
    'did "buy" within 4h having sum(amount) > 2',
    'not did "export" within 2h',
    'did "export" and not did "buy" within 1d',
    'did "buy" during today',
    'did "buy" since yesterday',
    'did "buy" in at least 2 of the last 3 days',
    'did "buy" on at least 2 days within 2d',
    'did "export" within 1mo',
    "last_seen within 2h",
    "last_seen more than 3h ago",
    "last_event within 2h or last_event is unknown",
    'completed survey "nps" within 4h',
    'first did "buy" within 2h',
    'last did "buy" within 3h',
    'any teammate (did "buy" within 3h)',
    "every teammate (last_seen within 4h)",
    "trait.ends within 3h",
    "trait.ends within next 2h",
    "trait.ends before today or trait.ends more than 1d from now",
    "trait.ends within next 1mo",
    "account.renews within next 1d",
    "trait.plan changed within 2h",
    "trait.plan unchanged for 3h",
)
RULES: Final = STILL + MOVING
NESTED: Final = (
    'in segment "a"',
    'not in segment "a" and in segment "b"',
    'in segment "c" or events >= 2',
    'any teammate (in segment "a" and not in segment "b")',
    'in segment "b" and did "buy" within 2h',
    'in segment "list" and not in segment "b"',
    'any teammate (in segment "list") or did "export" within 3h',
)
LINES: Final = {
    "": (),
    'on enter notify "crm" on leave notify "crm"': (Line("enter"), Line("leave")),
    'on enter notify "crm" at most once every 3h': (Line("enter", cooldown=3 * HOUR),),
    'after 2h notify "crm"': (Line("stayed", after=2 * HOUR),),
    'after 1d notify "crm" at most once every 2d': (Line("stayed", after=DAY, cooldown=2 * DAY),),
}
"""What the lines of a segment say, and mean."""
LENGTHS: Final = (HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, DAY, 2 * DAY)
"""Every exact length in the rules; months end at local midnights."""

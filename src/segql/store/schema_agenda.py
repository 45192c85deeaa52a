"""Tables of what time will do: the edges that are ahead."""

from __future__ import annotations

from typing import Final

AGENDA: Final = """
    create table agenda (
        at integer not null,
        segment integer not null,
        profile integer not null,
        primary key (at, segment, profile)
    ) without rowid;
    -- what is ahead of one profile
    create index agenda_profile on agenda (profile, at);
    alter table segments add column listed integer;
    -- asked by every write transaction
    create index segments_listed on segments (listed) where listed is not null;
    alter table activity add column passed integer not null default 0;
    update segments
       set due = coalesce(due, 0), due_cause = coalesce(due_cause, 'time')
     where kind = 'rule'
       and archived is null;
"""
"""Which time edges are ahead: at `at`, time alone may change whether `profile` is in `segment`.

Up to the instant `segments.listed` every edge of a segment has a row, or follows from one: a row
may stand for several, of which it is the first, and may be one that changes nothing. Null where
members are not kept by edges: while a computation is due, after an error, and for lists; while one
is applied, the instant that it is for. Rows of a segment that is due wait until it is computed. A
profile has passed all of its edges up to `activity.passed`, whatever rows say, and those without a
row.
"""

VERSION_6: Final = (AGENDA,)

FORESEEN: Final = """
    alter table agenda rename to questions;
    drop index agenda_profile;
    create table agenda (
        at integer not null,
        profile integer not null,
        segment integer not null,
        holds integer,
        changed integer not null default 0,
        revision integer not null default 0,
        primary key (at, profile, segment)
    ) without rowid;
    insert into agenda (at, profile, segment)
    select at, profile, segment
      from questions
     order by at, profile, segment;
    drop table questions;
    -- what is ahead of one profile
    create index agenda_profile on agenda (profile, at);
"""
"""What is known beforehand: unless `holds` is null, the `revision` of the segment's rule holds for
the profile from `at` on, or not, up to its next row, as far as rows are written down; if the
profile has not changed since the change number `changed`. By profile inside an instant, so that one
with very many edges can be passed in several transactions.
"""

VERSION_9: Final = (FORESEEN,)

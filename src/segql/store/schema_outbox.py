"""Tables of what is to be told: the lines of segments, and the outbox that they fill."""

from __future__ import annotations

from typing import Final

OUTBOX: Final = """
    create table subscriptions (
        id integer primary key,
        segment integer not null,
        what text not null check (what in ('enter', 'leave', 'stayed')),
        after text not null,
        destination text not null,
        cooldown text not null,
        revision integer not null,
        ended integer,
        passed_entered integer not null,
        passed_profile integer not null,
        unique (segment, what, after, destination)
    );
    create table outbox (
        flip integer not null,
        subscription integer not null,
        segment integer not null,
        profile integer not null,
        instant integer not null,
        due integer not null,
        state text not null,
        primary key (flip, subscription)
    ) without rowid;
    -- what is to be delivered next
    create index outbox_due on outbox (due, flip, subscription) where state = 'pending';
    -- cool-downs, and the rows of a profile that is deleted or absorbed
    create index outbox_profile on outbox (profile, subscription, instant);
    -- whose stay has lasted for as long as a line says
    create index members_entered on members (segment, entered);
    alter table segments add column due_tells integer not null default 0;
    insert into settings (name, value)
    select 'lines', 'unread'
     where exists (select 1 from segments);
"""
"""`after` and `cooldown` are lengths as written, such as `3d`, or empty. A line lives in a segment
from its revision `revision` until `ended`, null while it lives. Stays are decided in order of
(entered, profile): those up to (`passed_entered`, `passed_profile`) are. `outbox.instant` is when
it happened, `due` from when on it may be told, `state` as in `model.deliveries`. `due_tells` is 1
where the computation that is due is to tell of its flips. The setting `lines` is `unread` until
the lines of segments from before have been read.
"""

VERSION_5: Final = (OUTBOX,)

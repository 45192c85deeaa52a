"""Tables of the messages that are stored already."""

from __future__ import annotations

from typing import Final

MESSAGES: Final = """
    create table messages (
        digest blob primary key
    ) without rowid;
    create table message_log (
        arrival integer primary key,
        digests blob not null
    );
    create table message_sorting (
        id integer primary key check (id = 1),
        until integer not null,
        cursor blob not null,
        edition integer not null
    );
    insert into message_sorting (id, until, cursor, edition) values (1, 0, x'', 0);
    insert into messages (digest)
    select message
      from events
     where message is not null
     order by message;
    drop index events_message;
"""
"""Which messages events have come with: each digest stands in `messages`, or still in the log.

A row of `message_log` holds the digests that came in together, one after the other; `arrival` is
the number of the first event. The rows up to `message_sorting.until` are being moved to `messages`,
in the order of their digests: those up to `cursor` are there. `edition` counts how often digests
were taken out of the log otherwise.
"""

VERSION_7: Final = (MESSAGES,)

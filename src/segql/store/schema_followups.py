"""Tables of what profiles follow later: changes of accounts, at the instant at which they were."""

from __future__ import annotations

from typing import Final

FOLLOWUPS: Final = """
    create table later (
        id integer primary key autoincrement,
        account integer not null,
        at integer not null,
        change integer not null,
        cursor integer not null default 0,
        asked text not null
    );
    insert into later (account, at, change, asked)
    select account, cast(clock.value as integer), change,
           (select json_group_array(json_array(one.value, 'account', change, json('false')))
              from json_each(affected) as one)
      from followups, settings as clock
     where clock.name = 'clock';
    drop table followups;
    alter table later rename to followups;
    -- what follows next, and what one account has to follow
    create index followups_at on followups (at, id);
    create index followups_account on followups (account);
    -- what was told, or skipped, and need not be kept for ever
    create index outbox_done on outbox (due) where state <> 'pending';
"""
"""`followups.asked` is a JSON array of [segment, cause, cause_id, silent]: what is to be asked
about every profile of the account as of the instant `at`. Of what is asked first
(`membership.accounts`), profiles up to `cursor` have been asked. `change` is the last change number
when the row was made: of profiles that were written since, only the present is known.
"""

VERSION_8: Final = (FOLLOWUPS,)

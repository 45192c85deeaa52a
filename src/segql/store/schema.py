"""Tables and indexes of the store, with the reason for each index.

Times are milliseconds since 1970 UTC. Internal ids are small integers, never reused. A change
number is given to every write transaction; `activity.changed` names the last one that touched a
profile in any way, so that whoever keeps something derived can ask what has changed since.
"""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x5367514C
"""`SgQL`, in the header of every SegQL file."""


SETTINGS: Final = """
    create table settings (
        name text primary key,
        value text not null
    ) without rowid;
"""
"""Project settings (`zone`) and counters (`change`, `flip`, `catalog`, `clock`, `arrival`)."""

PROFILES: Final = """
    create table accounts (
        id integer primary key autoincrement,
        external text not null unique,
        traits text not null default '{}',
        changed integer not null
    );
    create table profiles (
        id integer primary key autoincrement,
        external text not null unique,
        email text,
        account integer references accounts (id),
        traits text not null default '{}'
    );
    -- the members of an account, when its traits change
    create index profiles_account on profiles (account) where account is not null;
    create table activity (
        profile integer primary key,
        changed integer not null,
        deleted integer not null default 0,
        first_call integer,
        last_call integer,
        events integer not null default 0,
        first_event integer,
        last_event integer,
        surveys_seen integer not null default 0,
        surveys_completed integer not null default 0,
        surveys_dismissed integer not null default 0,
        last_survey_seen integer,
        last_survey_completed integer,
        last_survey_dismissed integer,
        first_action integer,
        last_action integer
    );
    -- what changed since a snapshot was taken
    create index activity_changed on activity (changed);
"""
"""`activity` has one row per profile, narrow, since every event rewrites it.

`first_action` and `last_action` span survey actions of every kind, partial responses among them.
All of it may answer only where `last_event`, `last_action` and `last_call` are not after now.
"""


TRAITS: Final = """
    create table paths (
        id integer primary key,
        path text not null unique
    );
    create table trait_values (
        path integer not null,
        kind integer not null,
        value,
        profile integer not null,
        element integer not null,
        instant integer,
        primary key (path, kind, value, profile, element)
    ) without rowid;
    create table account_values (
        path integer not null,
        kind integer not null,
        value,
        account integer not null,
        element integer not null,
        instant integer,
        primary key (path, kind, value, account, element)
    ) without rowid;
"""
"""`paths.path` is a JSON array of keys. `kind` is `model.values.Kind`; numbers are REAL, flags 0
or 1, text TEXT; `NOTHING` (an empty list) and `OTHER` rows hold an empty text. `element` is 1
for an element of a list. `instant` is set where the value reads as a date in the project's
zone. Objects have a row of kind OTHER at their own path, and rows at the paths of what they
hold.
"""

EVENTS: Final = """
    create table names (
        id integer primary key,
        name text not null unique
    );
    create table events (
        name integer not null,
        profile integer not null,
        time integer not null,
        arrival integer not null,
        message blob,
        properties text,
        primary key (name, profile, time, arrival)
    ) without rowid;
    -- a message is stored once, however often it is sent
    create unique index events_message on events (message) where message is not null;
    create table rollups (
        profile integer not null,
        name integer not null,
        count integer not null,
        first integer not null,
        last integer not null,
        primary key (profile, name)
    ) without rowid;
"""
"""`arrival` counts up over the whole store and orders events of equal times. `message` is a
16-byte digest. `properties` is a JSON object, null when empty. A rollup may answer only when
its `last` is not after now.
"""

SURVEYS: Final = """
    create table surveys (
        id integer primary key,
        key text not null unique
    );
    create table responses (
        id integer primary key autoincrement,
        profile integer not null,
        survey integer not null,
        action text not null check (action in ('seen', 'completed', 'dismissed', 'partial')),
        time integer not null,
        response blob,
        message blob,
        answers text
    );
    -- one profile's responses for the interpreter; all of a survey for the set engine
    create index responses_profile on responses (profile, survey, time);
    create index responses_survey on responses (survey, profile, time);
    create unique index responses_response on responses (response) where response is not null;
    create unique index responses_message on responses (message) where message is not null;
"""
"""`id` is the order of arrival. `response` is the digest of the response's own id, where it has
one: later answers to it replace the earlier ones. `answers` is a JSON object, null when empty.
"""

SEGMENTS: Final = """
    create table segments (
        id integer primary key autoincrement,
        name text not null,
        kind text not null default 'rule' check (kind in ('rule', 'manual')),
        revision integer not null,
        archived integer,
        stale integer not null default 0,
        error text,
        evaluated integer,
        took integer
    );
    -- names are unique among living segments; an archived one frees its name
    create unique index segments_name on segments (name) where archived is null;
    create table revisions (
        segment integer not null,
        revision integer not null,
        text text not null,
        created integer not null,
        primary key (segment, revision)
    ) without rowid;
    create table members (
        segment integer not null,
        profile integer not null,
        entered integer not null,
        cause text not null,
        flip integer not null,
        primary key (segment, profile)
    ) without rowid;
    -- the segments of one profile
    create index members_profile on members (profile, segment);
    create table history (
        flip integer primary key,
        segment integer not null,
        profile integer not null,
        entered integer not null,
        entered_cause text not null,
        entered_flip integer not null,
        left integer not null,
        left_cause text not null
    );
    create index history_segment on history (segment, left);
    create index history_profile on history (profile, left);
"""
"""`revisions.text` is the whole segment as `.segql` text. `members` holds the open intervals,
`history` the closed ones, written on leaving; both carry the numbers of their flips.
`evaluated` is the instant at which the members were last computed in bulk, `took` how long that
lasted in ms; `stale` is 1 from the moment that a definition or an import makes a bulk
computation due until that one is stored, so a kill loses nothing.
"""

COLUMNS: Final = """
    create table columns (
        source text not null,
        part integer not null,
        changed integer not null,
        data blob not null,
        primary key (source, part)
    );
"""
"""Packed snapshots that the set engine reads instead of rows (`segql.engines.sets`).

Derived: they may be dropped at any time. One row per source and range of 2^18 profile ids, true
as of the change number `changed`. With rowids: comparing keys in a clustered table would read the
blobs.
"""

VERSION_1: Final = (SETTINGS, PROFILES, TRAITS, EVENTS, SURVEYS, SEGMENTS, COLUMNS)

CHANGED: Final = """
    alter table profiles
      add column changed text not null default '{}';
"""
"""A JSON object: a trait path as in `paths.path` → the ms since which the value there is what it
is; `[]` speaks for every path without an entry (`store.changes`).
"""

VERSION_2: Final = (CHANGED,)

FOLLOWING: Final = """
    alter table members add column cause_id integer;
    alter table history add column entered_cause_id integer;
    alter table history add column left_cause_id integer;
    alter table activity add column reached integer not null default 0;
    alter table events add column said integer;
    alter table responses add column said integer;
    alter table segments add column due integer;
    alter table segments add column due_cause text;
    alter table segments add column cursor integer not null default 0;
    alter table segments add column runner text;
    alter table segments add column runner_until integer;
    update segments set due = 0, due_cause = 'definition' where stale = 1;
    alter table segments drop column stale;
    -- asked by every write transaction
    create index segments_due on segments (due) where due is not null;
    create table followups (
        account integer primary key,
        cursor integer not null,
        change integer not null,
        affected text not null
    );
    create table aliases (
        external text primary key,
        absorbed integer unique,
        profile integer not null
    ) without rowid;
    -- the other names of a profile, when it is absorbed or deleted itself
    create index aliases_profile on aliases (profile);
"""
"""Whom changes have reached, and which profiles are one.

`cause_id` is what `model.flips.Cause` says. `segments.due` is the change number at which a bulk
computation became due, null when none is; while one is applied, profiles up to `cursor` have it,
and `runner` is who applies it, gone when the wall clock (ms) is past `runner_until`; it stays
there afterwards, to tell one computation from the next.
`activity.reached` is the change number at which a call last brought the profile up to date: what
became due before that has reached it. `followups` are accounts whose change has reached the
profiles up to `cursor` only; `affected` is a JSON array of the segments that read what changed.
`said` is the time that a call gave, where it lay too far ahead to be believed. `aliases.external`
is the id of a profile that was absorbed, `absorbed` its internal id, `profile` the one that it
became: never itself absorbed.
"""

VERSION_3: Final = (FOLLOWING,)

CHRONICLE: Final = """
    -- flips of one segment by number, entries and exits: what `changes` pages through
    create index members_flip on members (segment, flip);
    create index history_entered on history (segment, entered_flip);
    create index history_left on history (segment);
    drop index history_segment;
    -- who was in at an instant, and how many at many of them, from the index alone
    create index history_segment on history (segment, "left", entered);
    -- closed intervals that retention takes away
    create index history_age on history ("left");
    create table list_changes (
        id integer primary key autoincrement,
        segment integer not null,
        enters integer not null,
        profiles text not null
    );
"""
"""Flips read back, and fixed lists. `list_changes` are profiles (a JSON array of internal ids) that
somebody put on a list, or took from it, and that have not followed yet, in the order of `id`.
"""

VERSION_4: Final = (CHRONICLE,)

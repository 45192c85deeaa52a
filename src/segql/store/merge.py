"""Two profiles become one, and a profile is deleted: rows move, or go, in every table of facts.

Members and their history are not touched here (`segql.membership`).
"""

from __future__ import annotations

import json
from typing import Final
from zoneinfo import ZoneInfo

from segql.store import messages, profiles, responses, traits
from segql.store.changes import Changed, joined, merged_over
from segql.store.driver import Connection
from segql.store.plain import text_of
from segql.store.traits import Change, rows_of

_NAMES: Final = "select name from rollups where profile = ?"
_MOVE_EVENTS: Final = """
    update events
       set profile = :to
     where name = :name
       and profile = :profile
"""
_MESSAGES: Final = """
    select arrival, message
      from events
     where name = :name
       and profile = :profile
       and message is not null
"""
_DROP_EVENTS: Final = "delete from events where name = :name and profile = :profile"
_MOVE_ROLLUPS: Final = """
    insert into rollups (profile, name, count, first, last)
    select :to, name, count, first, last
      from rollups
     where profile = :profile
        on conflict (profile, name) do update
       set count = count + excluded.count,
           first = min(first, excluded.first),
           last = max(last, excluded.last)
"""
_DROP_ROLLUPS: Final = "delete from rollups where profile = :profile"
_MOVE_RESPONSES: Final = "update responses set profile = :to where profile = :profile"
_DROP_RESPONSES: Final = "delete from responses where profile = :profile"
_JOIN_ACTIVITY: Final = """
    update activity
       set events = activity.events + gone.events,
           first_event = min(coalesce(activity.first_event, gone.first_event),
                             coalesce(gone.first_event, activity.first_event)),
           last_event = max(coalesce(activity.last_event, gone.last_event),
                            coalesce(gone.last_event, activity.last_event)),
           first_call = min(coalesce(activity.first_call, gone.first_call),
                            coalesce(gone.first_call, activity.first_call)),
           last_call = max(coalesce(activity.last_call, gone.last_call),
                           coalesce(gone.last_call, activity.last_call))
      from activity as gone
     where activity.profile = :to
       and gone.profile = :profile
"""
_END_ACTIVITY: Final = """
    update activity
       set deleted = 1, changed = :change, reached = :change,
           first_call = null, last_call = null, events = 0, first_event = null, last_event = null,
           surveys_seen = 0, surveys_completed = 0, surveys_dismissed = 0,
           last_survey_seen = null, last_survey_completed = null, last_survey_dismissed = null,
           first_action = null, last_action = null
     where profile = :profile
"""
_CHANGED: Final = "select changed from profiles where id = ?"
_DROP_PROFILE: Final = "delete from profiles where id = :profile"
_FILL: Final = """
    update profiles
       set traits = :traits,
           changed = :changed,
           email = coalesce(email, :email),
           account = coalesce(account, (select account from profiles where id = :profile))
     where id = :to
"""
_ALIAS: Final = "insert into aliases (external, absorbed, profile) values (?, ?, ?)"
_MOVE_ALIASES: Final = "update aliases set profile = :to where profile = :profile"
_DROP_ALIASES: Final = "delete from aliases where profile = :profile"


def add_alias(connection: Connection, external: str, profile: int) -> None:
    """Have an id that no profile has ever had stand for `profile`; inside `immediate`."""
    connection.execute(_ALIAS, (external, None, profile))


def merge(
    connection: Connection, absorbed: int, survivor: int, *, change: int, zone: ZoneInfo
) -> None:
    """Move what is known of one profile to another, by internal ids; inside `immediate`.

    Traits, e-mail and account of the survivor win, missing ones are filled. The id of the absorbed
    one, and those that stood for it, stand for the survivor from now on.
    """
    gone, kept = profiles.read(connection, absorbed), profiles.read(connection, survivor)
    assert gone is not None, "the absorbed profile is stored"
    assert kept is not None, "the survivor is stored"
    moved: dict[str, object] = {"profile": absorbed, "to": survivor, "change": change}
    for (name,) in connection.execute(_NAMES, (absorbed,)).fetchall():
        connection.execute(_MOVE_EVENTS, {**moved, "name": name})
    for statement in (_MOVE_ROLLUPS, _DROP_ROLLUPS, _MOVE_RESPONSES, _JOIN_ACTIVITY, _MOVE_ALIASES):
        connection.execute(statement, moved)
    together = merged_over(gone.traits, kept.traits)
    since = joined(
        _changed(connection, survivor), kept.traits, _changed(connection, absorbed), gone.traits
    )
    traits.change_profiles(
        connection,
        [
            Change(absorbed, rows_of(gone.traits, zone), frozenset()),
            traits.change_of(survivor, kept.traits, together, zone),
        ],
    )
    filled = {"traits": text_of(together), "changed": text_of(since), "email": gone.email}
    connection.execute(_FILL, moved | filled)
    _end(connection, absorbed, change)
    connection.execute(_ALIAS, (gone.external, absorbed, survivor))
    responses.count_again(connection, [survivor], change=change)


def delete(connection: Connection, profile: int, *, change: int, zone: ZoneInfo) -> None:
    """Take away a profile, by internal id, with all that is known of it; inside `immediate`.

    Its id is free again, and so are those of profiles that it absorbed.
    """
    known = profiles.read(connection, profile)
    assert known is not None, "the profile is stored"
    gone = {"profile": profile}
    for (name,) in connection.execute(_NAMES, (profile,)).fetchall():
        done = {**gone, "name": name}
        messages.drop(connection, connection.execute(_MESSAGES, done).fetchall())
        connection.execute(_DROP_EVENTS, done)
    for statement in (_DROP_ROLLUPS, _DROP_RESPONSES, _DROP_ALIASES):
        connection.execute(statement, gone)
    traits.change_profiles(connection, [Change(profile, rows_of(known.traits, zone), frozenset())])
    _end(connection, profile, change)


def _changed(connection: Connection, profile: int) -> Changed:
    [(text,)] = connection.execute(_CHANGED, (profile,))
    found: Changed = json.loads(text)
    return found


def _end(connection: Connection, profile: int, change: int) -> None:
    connection.execute(_DROP_PROFILE, {"profile": profile})
    connection.execute(_END_ACTIVITY, {"profile": profile, "change": change})

"""Cells of a CSV as what the store takes, one builder per kind of file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from operator import itemgetter

from segql.app.cells import Clock, literal_of, value_of
from segql.app.csv_rows import Cells
from segql.app.import_columns import Columns
from segql.app.import_items import (
    ACCOUNT_PREFIX,
    ACTOR_IDS,
    PROFILE_IDS,
    Builder,
    call_of,
    event_builder,
    name_of,
    response_builder,
)
from segql.app.import_options import EventOptions, ProfileOptions, ResponseOptions
from segql.store.events import Event
from segql.store.identify import Identify
from segql.store.plain import name_checked
from segql.store.responses import Response


def profiles(columns: Columns, options: ProfileOptions, clock: Clock) -> Builder[Identify]:
    """A builder of calls from the cells of a file of profiles."""
    profile = columns.place(options.profile, PROFILE_IDS, option="--profile")
    email = columns.optional(options.email, "email", option="--email")
    account = columns.optional(options.account, "account", option="--account")
    time = None if options.time is None else columns.place(options.time, (), option="--time")
    rest = columns.others((profile, email, account, time))
    traits = [(name, at) for name, at in rest if not name.startswith(ACCOUNT_PREFIX)]
    account_traits = [
        (name.removeprefix(ACCOUNT_PREFIX), at)
        for name, at in rest
        if name.startswith(ACCOUNT_PREFIX)
    ]

    def build(cells: Cells) -> Identify:
        own = {name: value_of(cells[at]) for name, at in traits if cells[at]}
        theirs = {name: value_of(cells[at]) for name, at in account_traits if cells[at]}
        return call_of(
            name_checked(cells[profile], "profile id"),
            None if email is None else cells[email],
            None if account is None else cells[account],
            own,
            theirs,
            None if time is None or not cells[time] else clock(cells[time]),
        )

    return build


def events(columns: Columns, options: EventOptions, clock: Clock) -> Builder[Event]:
    """A builder of events from the cells of a file of events."""
    profile = columns.place(options.profile, ACTOR_IDS, option="--profile")
    time = columns.place(options.time, (), option="--time")
    fixed, named = options.event_name or "", None
    if options.event_name is None:
        named = columns.place(options.event, ("event",), option="--event or --event-name")
    message = None
    if options.message_id is not None:
        message = columns.place(options.message_id, (), option="--message-id")
    properties = _object_builder(columns.others((profile, time, named, message)))
    event = event_builder(options)

    def build(cells: Cells) -> Event:
        return event(
            name_checked(cells[profile], "profile id"),
            fixed if named is None else name_of(cells[named], "event"),
            clock(cells[time]),
            properties(cells),
            None if message is None else _own_id(cells[message], "message id"),
        )

    return build


def responses(columns: Columns, options: ResponseOptions, clock: Clock) -> Builder[Response]:
    """A builder of responses from the cells of a file of survey actions."""
    profile = columns.place(options.profile, ACTOR_IDS, option="--profile")
    time = columns.place(options.time, (), option="--time")
    fixed, named = options.survey_name or "", None
    if options.survey_name is None:
        named = columns.place(options.survey, ("survey",), option="--survey or --survey-name")
    action = columns.optional(options.action, "action", option="--action")
    own = None
    if options.response_id is not None:
        own = columns.place(options.response_id, (), option="--response-id")
    answers = _object_builder(columns.others((profile, time, named, action, own)))
    build = response_builder(options)

    def build_from(cells: Cells) -> Response:
        return build(
            name_checked(cells[profile], "profile id"),
            fixed if named is None else name_of(cells[named], "survey"),
            "completed" if action is None else cells[action],
            clock(cells[time]),
            answers(cells),
            None if own is None else _own_id(cells[own], "response id"),
        )

    return build_from


def _object_builder(columns: Sequence[tuple[str, int]]) -> Callable[[Cells], str | None]:
    """Cells to JSON text, as `plain.text_of` would write it; None when all are empty."""
    keys = [f"{json.dumps(name, ensure_ascii=False)}:" for name, _ in columns]
    places = [place for _, place in columns]
    if not places:
        return lambda cells: None
    if len(places) == 1:
        [key], [place] = keys, places
        return lambda cells: f"{{{key}{literal_of(cells[place])}}}" if cells[place] else None
    chosen = itemgetter(*places)

    def build(cells: Cells) -> str | None:
        parts = [
            key + literal_of(cell) for key, cell in zip(keys, chosen(cells), strict=True) if cell
        ]
        return f"{{{','.join(parts)}}}" if parts else None

    return build


def _own_id(cell: str, what: str) -> str:
    if not cell:
        raise ValueError(f"the {what} is empty")
    return cell

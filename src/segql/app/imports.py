"""Files into the store: profiles, events and responses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

from attrs import evolve

from segql.app import import_csv, import_jsonl
from segql.app.cells import Clock
from segql.app.import_batches import BeforeCommit, Done, Job, OnProgress, run
from segql.app.import_columns import Columns
from segql.app.import_items import Builder
from segql.app.import_options import EventOptions, ProfileOptions, ResponseOptions
from segql.app.import_report import ImportReport
from segql.membership.affected import Affected
from segql.model.fields import EVENT_FIELDS, SURVEY_FIELDS
from segql.model.instants import Instant
from segql.store import digests, events, identify, responses, settings
from segql.store.driver import Connection
from segql.store.occurrences import Occurrences

Known = TypeVar("Known", events.Event, responses.Response)


def import_profiles(
    connection: Connection,
    file: Path | BinaryIO,
    options: ProfileOptions,
    *,
    now: Instant,
    name: str | None = None,
    on_progress: OnProgress | None = None,
    before_commit: BeforeCommit | None = None,
) -> ImportReport:
    """Merge the rows of a file into profiles, in order; a row that changes nothing is `present`.

    What the rows make of traits is so since `now`, or the store's clock where that is ahead.
    `name` is what messages call the file. A bad row is rejected and never stops the others; rows
    are stored in batches of one transaction each. Ctrl-C drops the batch at hand and comes back as
    `interrupted`; other failures are raised, with the batches before them stored. Raises `Refused`
    for a file or columns that cannot be used, before anything is stored.
    """
    zone = settings.zone(connection)
    at = max(now, settings.clock(connection))

    def builder(columns: Columns | None, clock: Clock) -> Builder[identify.Identify]:
        if columns is None:
            return import_jsonl.profiles(options, clock)
        return import_csv.profiles(columns, options, clock)

    def store(batch: Sequence[identify.Identify], change: int) -> Done:
        done = identify.identify(connection, batch, change=change, zone=zone, now=at)
        affected = Affected(
            traits=done.paths,
            account_traits=done.account_paths,
            fields=done.fields,
            everything=done.added > 0,
        )
        return Done(done.added, done.changed, done.present, done.added, affected)

    return run(
        Job(kind="profiles", builder=builder, store=store, weight=8),
        connection,
        file,
        options,
        name=name,
        on_progress=on_progress,
        before_commit=before_commit,
    )


def import_events(
    connection: Connection,
    file: Path | BinaryIO,
    options: EventOptions,
    *,
    name: str | None = None,
    on_progress: OnProgress | None = None,
    before_commit: BeforeCommit | None = None,
) -> ImportReport:
    """Add the events of a file that are not there yet; see `import_profiles` for the rest.

    An event is known by the column `message_id`, or else by its content and how often the same
    stood above it in the file: the same file again adds nothing, the file with rows added adds
    those, and equal rows of one file are events of their own.
    """

    def builder(columns: Columns | None, clock: Clock) -> Builder[events.Event]:
        if columns is None:
            return import_jsonl.events(options, clock)
        return import_csv.events(columns, options, clock)

    def store(batch: Sequence[events.Event], change: int) -> Done:
        numbered = batch if options.message_id is not None else _numbered(batch, met)
        done = events.append(connection, numbered, change=change)
        affected = Affected(
            events=done.names,
            fields=EVENT_FIELDS if done.added else frozenset(),
            everything=bool(done.new),
        )
        return Done(done.added, 0, done.present, len(done.new), affected)

    with Occurrences() as met:
        return run(
            Job(kind="events", builder=builder, store=store),
            connection,
            file,
            options,
            name=name,
            on_progress=on_progress,
            before_commit=before_commit,
        )


def import_responses(
    connection: Connection,
    file: Path | BinaryIO,
    options: ResponseOptions,
    *,
    name: str | None = None,
    on_progress: OnProgress | None = None,
    before_commit: BeforeCommit | None = None,
) -> ImportReport:
    """Add the survey actions of a file that are not there yet; see `import_events`.

    With a column `response_id`, a later row replaces an earlier one of the same response and
    survey, unless its time is before that of the stored one.
    """

    def builder(columns: Columns | None, clock: Clock) -> Builder[responses.Response]:
        if columns is None:
            return import_jsonl.responses(options, clock)
        return import_csv.responses(columns, options, clock)

    def store(batch: Sequence[responses.Response], change: int) -> Done:
        numbered = batch if options.response_id is not None else _numbered(batch, met)
        done = responses.append(connection, numbered, change=change)
        affected = Affected(
            surveys=done.surveys,
            fields=SURVEY_FIELDS if done.added or done.replaced else frozenset(),
            everything=bool(done.new),
        )
        return Done(done.added, done.replaced, done.present, len(done.new), affected)

    with Occurrences() as met:
        return run(
            Job(kind="responses", builder=builder, store=store),
            connection,
            file,
            options,
            name=name,
            on_progress=on_progress,
            before_commit=before_commit,
        )


def _numbered(batch: Sequence[Known], met: Occurrences) -> Sequence[Known]:
    """The batch with a digest of its own for each of several equal rows."""
    numbers = met.numbers([item.message or b"" for item in batch])
    if not any(numbers):
        return batch
    return [
        evolve(item, message=digests.repeated(item.message, number))
        if number and item.message is not None
        else item
        for item, number in zip(batch, numbers, strict=True)
    ]

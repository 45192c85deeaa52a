"""What to read from where in an imported file."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen


@frozen(kw_only=True)
class FileOptions:
    """How to read a file of any kind."""

    format: str | None = None
    """`csv` or `jsonl`; by the file's ending, or its first character, when None."""
    delimiter: str | None = None
    """Between cells of a CSV; a comma, or a tab in `.tsv`, when None."""
    source: str | None = None
    """Rows are told apart by content inside one source; None is the one that all files share."""
    rejects: Path | None = None
    """Where rows that could not be imported are written."""
    profile: str | None = None
    """The column of the profile's id; the first known name that is there when None."""
    time_format: str | None = None
    """Times in strptime's letters; ISO 8601 or a number since 1970 when None."""


@frozen(kw_only=True)
class ProfileOptions(FileOptions):
    """Columns of a file of profiles; the others are traits."""

    email: str | None = None
    """`email`, if it is there, when None."""
    account: str | None = None
    """`account`, if it is there, when None."""
    time: str | None = None
    """When the row was true, for `first_seen` and `last_seen`; not known when None."""


@frozen(kw_only=True)
class EventOptions(FileOptions):
    """Columns of a file of events; the others are properties."""

    time: str = "time"
    event: str | None = None
    """The column of the event's name; `event` when None, unless there is an `event_name`."""
    event_name: str | None = None
    """The name of all events, in the place of a column."""
    message_id: str | None = None
    """A column that tells rows apart, in the place of their content."""


@frozen(kw_only=True)
class ResponseOptions(FileOptions):
    """Columns of a file of survey actions; the others are answers."""

    time: str = "time"
    survey: str | None = None
    """The column of the survey's key; `survey` when None, unless there is a `survey_name`."""
    survey_name: str | None = None
    """The key of the one survey, in the place of a column."""
    action: str | None = None
    """The column of the action; `action` when None; without it, every row is `completed`."""
    response_id: str | None = None
    """A column that tells responses apart: later rows replace earlier ones."""

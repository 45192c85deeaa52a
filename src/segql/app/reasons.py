"""What flips were caused by, in words: an event, a call, a definition, an import, time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, TypeAlias

from attrs import frozen

from segql.app.project import Project
from segql.model.flips import Cause
from segql.model.instants import local_text
from segql.store import causes, profiles
from segql.store.causes import Done

Asked: TypeAlias = tuple[int, str, int | None]
"""A profile, by internal id, the cause of a flip of it, and which one that was."""


@frozen
class Because:
    """What a flip was caused by: which kind, which one, and in words."""

    cause: str
    cause_id: int | None
    words: str

    @property
    def reference(self) -> str:
        """What it is known by, such as `event 12`; empty where nothing has a number."""
        kind = _KNOWN_BY.get(self.cause)
        return f"{kind} {self.cause_id}" if kind and self.cause_id is not None else ""


def reasons(project: Project, asked: Collection[Asked]) -> dict[Asked, Because]:
    """Causes with their words; inside `reading`.

    The cost follows the events of the profiles of which an event is the cause.
    """
    connection = project.connection
    became = profiles.became(connection, {profile for profile, _, _ in asked})
    events: dict[int, set[int]] = {}
    responses: set[int] = set()
    for profile, cause, number in asked:
        if number is not None and cause == Cause.EVENT:
            events.setdefault(became.get(profile, profile), set()).add(number)
        elif number is not None and cause == Cause.SURVEY:
            responses.add(number)
    done = causes.responses(connection, responses)
    found = {
        profile: causes.events_of(connection, profile, numbers)
        for profile, numbers in events.items()
    }
    return {
        (profile, cause, number): Because(
            cause,
            number,
            _words(project, cause, number, found.get(became.get(profile, profile), {}), done),
        )
        for profile, cause, number in asked
    }


def _words(
    project: Project,
    cause: str,
    number: int | None,
    events: Mapping[int, Done],
    responses: Mapping[int, Done],
) -> str:
    match cause:
        case Cause.EVENT:
            done = events.get(number or 0)
            if done is None:
                return "an event that is gone"
            return f"event `{done.name}` of {local_text(done.time, project.zone)}"
        case Cause.SURVEY:
            done = responses.get(number or 0)
            if done is None:
                return "a survey response that was replaced"
            return f"survey `{done.name}` {done.action} {local_text(done.time, project.zone)}"
        case Cause.DEFINITION:
            return "a list was changed" if number is None else f"revision {number} of the rule"
        case _:
            return _WORDS.get(cause, cause)


_WORDS: Final[Mapping[str, str]] = {
    Cause.IDENTIFY: "what was said of the profile",
    Cause.ACCOUNT: "what was said of its account",
    Cause.TEAMMATE: "what a teammate did",
    Cause.TIME: "time passed",
    Cause.IMPORT: "an import",
    Cause.MERGE: "two profiles became one",
    Cause.DELETE: "it was deleted",
}
"""Causes in words, where their ids add none."""
_KNOWN_BY: Final[Mapping[str, str]] = {
    Cause.EVENT: "event",
    Cause.SURVEY: "response",
    Cause.IDENTIFY: "change",
    Cause.ACCOUNT: "change",
    Cause.TEAMMATE: "change",
    Cause.IMPORT: "change",
    Cause.MERGE: "change",
    Cause.DELETE: "change",
}
"""What the ids of causes number, where the words do not say it."""

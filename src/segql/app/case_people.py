"""People as files of cases describe them: short lines and relative times → profile documents.

The format is that of `tests/conformance/README.md`. Events and survey entries may be one line:

    export -29d                        the event, and its time relative to the file's `now`
    export -30d+1ms {format=csv}       with properties: JSON scalars, or bare words as text
    nps completed -3d {score=9}        survey, action, time, answers
    export 2026-02-01T10:00:00Z        an instant

A table with the single key `$json` stands for the JSON text in it, because TOML has no null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from segql.language.json_place import Place
from segql.model.instants import Instant, iso, read_instant

Document: TypeAlias = dict[str, Any]

_KEYS: Final = (
    "email", "traits", "account", "events", "surveys", "segments", "first_seen", "last_seen",
    "changed",
)  # fmt: skip
_TERM: Final = re.compile(r"([+-])(\d{1,12})(ms|s|min|h|d|w)")
_TERMS: Final = re.compile(rf"(?:{_TERM.pattern})+")
_INSTANT: Final = re.compile(r"[^ ]*T.*(?:Z|[+-]\d\d:\d\d)")
_MS: Final = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_PAIR: Final = re.compile(r'([^\s={},]+)=("(?:[^"\\]|\\.)*"|[^\s,{}"]+)')
_PAIRS: Final = re.compile(rf"\{{\s*(?:{_PAIR.pattern}(?:\s*,\s*{_PAIR.pattern})*)?\s*\}}")
_UTC: Final = ZoneInfo("UTC")


def document(who: str, place: Place, now: Instant) -> Document:
    """The in-memory profile that a table of `[profiles]` stands for; its id is its key.

    Raises `Refused` with the place for what this format does not know; what a profile is, the
    engine checks (`Profile.of`).
    """
    found: Document = {"id": who}
    for key, inner in place.keys((), _KEYS).items():
        match key:
            case "first_seen" | "last_seen":
                found[key] = time_of(inner, now)
            case "changed":
                found[key] = _times(inner, now)
            case "events" | "surveys":
                read = _event if key == "events" else _response
                found[key] = [_entry(entry, read, now) for entry in inner.items(0)]
            case _:
                found[key] = _plain(inner)
    return found


def time_of(place: Place, now: Instant) -> str:
    """The ISO 8601 text of `-29d`, `-30d+1ms`, `now`, or of an instant, which stays as it is."""
    text = place.text()
    if text == "now":
        return iso(now)
    if _TERMS.fullmatch(text):
        terms = _TERM.findall(text)
        moved = now + sum(int(sign + amount) * _MS[unit] for sign, amount, unit in terms)
        try:
            return iso(moved)
        except (OverflowError, ValueError):
            place.refuse("bad-time", f"is `{text}`, which leaves the years 1 to 9999")
    instant_of(place)
    return text


def _times(place: Place, now: Instant) -> Document:
    """Times nested as the traits are that they speak of."""
    return {
        key: _times(inner, now) if isinstance(inner.value, dict) else time_of(inner, now)
        for key, inner in place.entries().items()
    }


def instant_of(place: Place) -> Instant:
    """The instant written as ISO 8601 with `Z` or an offset."""
    text = place.text()
    found = read_instant(text, _UTC) if _INSTANT.fullmatch(text) else None
    if found is None:
        place.refuse("bad-time", f"is `{text}`, expected an instant such as 2026-03-01T12:00:00Z")
    return found


_Reader: TypeAlias = Callable[[Place], dict[str, object]]


def _entry(place: Place, read: _Reader, now: Instant) -> Document:
    entry = read(place) if isinstance(place.value, str) else _plain(place)
    if not isinstance(entry, dict):
        place.expect("a line of text or a table")
    if "time" not in entry:
        place.refuse("missing-key", "has no `time`")
    return {**entry, "time": time_of(Place(entry["time"], f"{place.path}.time"), now)}


def _event(place: Place) -> dict[str, object]:
    (event, time), properties = _words(place, "EVENT TIME {key=value}")
    return {"event": event, "time": time, "properties": properties}


def _response(place: Place) -> dict[str, object]:
    (survey, action, time), answers = _words(place, "SURVEY ACTION TIME {key=value}")
    return {"survey": survey, "action": action, "time": time, "answers": answers}


def _words(place: Place, form: str) -> tuple[list[str], Document]:
    line = place.text()
    head, brace, rest = line.partition("{")
    words = head.split()
    if len(words) != len(form.split()) - 1 or (brace and not _PAIRS.fullmatch(brace + rest)):
        place.refuse("bad-line", f"is `{line}`, expected `{form}`")
    return words, {key: _scalar(value) for key, value in _PAIR.findall(rest)}


def _scalar(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(place: Place) -> Any:
    match place.value:
        case {"$json": str(text), **rest} if not rest:
            try:
                return json.loads(text)
            except (ValueError, RecursionError) as error:
                place.refuse("bad-json", f"holds no JSON: {error}")
        case dict():
            return {key: _plain(inner) for key, inner in place.entries().items()}
        case list():
            return [_plain(item) for item in place.items(0)]
        case str() | int() | float() as value:
            return value
        case _:
            return place.refuse(
                "bad-value", "is no JSON value", hint="write dates and times as text"
            )

"""Reads the conformance files of `tests/conformance/` into plain documents and rules.

The format is described in `tests/conformance/README.md`, for implementers in any language. In
short: a file has `about`, `spec`, `now`, `zone`, `[profiles]`, optionally `[segments]`, and
`[[case]]` tables with `rule`, `members` and optionally `name`, `why`, `now` and `gap`. Events and
survey entries may be written as a line of text:

    export -29d                        the event, and its time relative to the file's `now`
    export -30d+1ms {format=csv}       with properties: JSON scalars, or bare words as text
    nps completed -3d {score=9}        survey, action, time, answers
    export 2026-02-01T10:00:00Z        an instant

A table with the single key `$json` stands for the JSON text in it, because TOML has no null.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, frozen

from segql.model.instants import iso, read_instant

Document: TypeAlias = dict[str, Any]
CONFORMANCE = Path(__file__).parent / "conformance"

_TERM = re.compile(r"([+-])(\d+)(ms|s|min|h|d|w)")
_TERMS = re.compile(r"(?:[+-]\d+(?:ms|s|min|h|d|w))+")
_MS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_PAIR = re.compile(r'([^\s={},]+)=("(?:[^"\\]|\\.)*"|[^\s,{}"]+)')
_PAIRS = re.compile(rf"\{{\s*(?:{_PAIR.pattern}(?:\s*,\s*{_PAIR.pattern})*)?\s*\}}")


@frozen
class Case:
    """A rule and the profiles that are its members at `now` (ms UTC)."""

    name: str
    rule: str
    members: frozenset[str]
    now: int
    why: str = ""
    gaps: Mapping[str, str] = field(factory=dict)
    """What an engine cannot do, by the engine's name."""


@frozen
class CaseFile:
    """A file of cases about one population; documents by their id."""

    name: str
    zone: ZoneInfo
    profiles: Mapping[str, Document]
    segments: Mapping[str, str]
    cases: tuple[Case, ...]


def case_files(folder: Path = CONFORMANCE) -> tuple[CaseFile, ...]:
    """Every file of the folder, by name."""
    return tuple(read_file(path) for path in sorted(folder.glob("*.toml")))


def read_file(path: Path) -> CaseFile:
    """One file; raises `ValueError` with the file's name for anything the format does not know."""
    try:
        return _file(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (KeyError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from error


def _file(name: str, table: dict[str, Any]) -> CaseFile:
    _only(table, "about", "spec", "now", "zone", "profiles", "segments", "case")
    if not (table["about"] and table["spec"]):
        raise ValueError("`about` and `spec` say something")
    zone = ZoneInfo(table["zone"])
    now = _instant(table["now"])
    profiles = {who: document(who, given, now) for who, given in table["profiles"].items()}
    names: set[str] = set()
    cases = []
    for given in table["case"]:
        case = _case(given, now, names)
        strangers = case.members - set(profiles)
        if strangers:
            raise ValueError(f"{case.name}: members without a profile: {sorted(strangers)}")
        cases.append(case)
    return CaseFile(name, zone, profiles, table.get("segments", {}), tuple(cases))


def _case(given: dict[str, Any], now: int, taken: set[str]) -> Case:
    _only(given, "name", "rule", "members", "why", "now", "gap")
    slug = given.get("name") or re.sub(r"\W+", "-", given["rule"].lower()).strip("-")[:48]
    name, number = slug, 2
    while name in taken:
        name, number = f"{slug}-{number}", number + 1
    taken.add(name)
    if len(set(given["members"])) != len(given["members"]):
        raise ValueError(f"{name}: a member is listed twice")
    gap = given.get("gap")
    return Case(
        name=name,
        rule=given["rule"],
        members=frozenset(given["members"]),
        now=_instant(given["now"]) if "now" in given else now,
        why=given.get("why", ""),
        gaps={} if gap is None else {gap["engine"]: f"{gap['kind']}: {gap['why']}"},
    )


def document(who: str, given: dict[str, Any], now: int) -> Document:
    """The in-memory profile that a table of `[profiles]` stands for; its id is its key."""
    known = ("email", "traits", "account", "events", "surveys", "segments")
    _only(given, *known, "first_seen", "last_seen")
    found: Document = {"id": who, **{key: _plain(value) for key, value in given.items()}}
    for key in ("first_seen", "last_seen"):
        if key in found:
            found[key] = time_of(found[key], now)
    readers: dict[str, Callable[[str], Document]] = {"events": _event, "surveys": _response}
    for key, reader in readers.items():
        if key in found:
            entries = [reader(one) if isinstance(one, str) else dict(one) for one in found[key]]
            found[key] = [{**entry, "time": time_of(entry["time"], now)} for entry in entries]
    return found


def time_of(text: str, now: int) -> str:
    """The ISO 8601 text of `-29d`, `-30d+1ms`, `now`, or of an instant, which stays as it is."""
    if text == "now":
        return iso(now)
    if _TERMS.fullmatch(text):
        terms = _TERM.findall(text)
        return iso(now + sum(int(sign + amount) * _MS[unit] for sign, amount, unit in terms))
    _instant(text)
    return text


def _event(line: str) -> Document:
    event, time, properties = _words(line, 2)
    return {"event": event, "time": time, "properties": properties}


def _response(line: str) -> Document:
    survey, action, time, answers = _words(line, 3)
    return {"survey": survey, "action": action, "time": time, "answers": answers}


def _words(line: str, number: int) -> tuple[Any, ...]:
    head, brace, rest = line.partition("{")
    words = head.split()
    if len(words) != number or (brace and not _PAIRS.fullmatch(brace + rest)):
        raise ValueError(f"cannot read `{line}`")
    return (*words, {key: _scalar(value) for key, value in _PAIR.findall(rest)})


def _scalar(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(value: object) -> Any:
    match value:
        case {"$json": str(text), **rest} if not rest:
            return json.loads(text)
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case str() | int() | float():
            return value
        case _:
            raise ValueError(f"`{value}` is no JSON value: write dates as text")


def _instant(text: str) -> int:
    found = read_instant(text, ZoneInfo("UTC"))
    if found is None or not re.search(r"T.*(Z|[+-]\d\d:\d\d)$", text):
        raise ValueError(f"`{text}` is no instant such as 2026-03-01T12:00:00Z")
    return found


def _only(table: dict[str, Any], *keys: str) -> None:
    strangers = set(table) - set(keys)
    if strangers:
        raise ValueError(f"unknown keys {sorted(strangers)}; known are {', '.join(keys)}")

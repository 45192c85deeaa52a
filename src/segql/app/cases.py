"""Files of cases: people, and who of them a rule or a segment takes in.

Two kinds of file share one format (`tests/conformance/README.md`): conformance cases give the text
of a `rule`; `*.test.toml` files beside segments give the name of a `segment`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, NoReturn, TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, frozen

from segql.app.case_people import Document, document, instant_of
from segql.engines.interpreter.document import BadProfile
from segql.engines.interpreter.memory import Profile
from segql.language.files import decode
from segql.language.json_place import Misplaced, Place
from segql.language.near import nearest
from segql.model.errors import Refused
from segql.model.instants import Instant, zone_named

Subject: TypeAlias = Literal["rule", "segment"]

_TOML_PLACE: Final = re.compile(r" \(at (?:line \d+, column \d+|end of document)\)$")
_TOML_LINE: Final = re.compile(r"\(at line (\d+),")
_CASE: Final = re.compile(r"[ \t]*\[\[[ \t]*case[ \t]*\]\]")


class BadCases(Refused):
    """A file of cases that cannot be read; the message begins with its name and line."""

    default_code = "bad-cases"


@frozen
class Case:
    """What is asked, and the profiles that are its members at `now` (ms UTC)."""

    name: str
    subject: str
    """The text of a rule, or the name of a segment."""
    members: frozenset[str]
    now: Instant
    line: int
    """Where it begins in its file."""
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
    """Texts of rules by segment; none in a file beside segments."""
    cases: tuple[Case, ...]


def read_cases(path: Path, subject: Subject) -> CaseFile:
    """The cases of a file; raises `BadCases` with the line of what the format does not know."""
    text = decode(path.read_bytes(), str(path))
    try:
        table = tomllib.loads(text)
        return _file(path.name.partition(".")[0], text, Place(table, ""), subject)
    except tomllib.TOMLDecodeError as error:
        _refuse_toml(path, text, error)
    except RecursionError as error:
        raise BadCases(f"{path}:1: is nested too deeply to be read") from error
    except Misplaced as error:
        line = _line(text, error.path)
        raise BadCases(f"{path}:{line}: {error}", hint=error.hint) from error


def _refuse_toml(path: Path, text: str, error: tomllib.TOMLDecodeError) -> NoReturn:
    said = str(error)
    found = _TOML_LINE.search(said)
    line = int(found[1]) if found else text.count("\n") + 1
    what = _TOML_PLACE.sub("", said)
    raise BadCases(f"{path}:{line}: is no TOML: {what[:1].lower()}{what[1:]}") from error


def _line(text: str, place: str) -> int:
    """The line of a place such as `case[2].members`, as near as where its table begins."""
    first, _, second = place.partition(".")
    if found := re.fullmatch(r"case\[(\d+)\]", first):
        return dict(enumerate(_case_lines(text))).get(int(found[1]), 1)
    key = re.escape(second.partition(".")[0] if first == "profiles" else first)
    known = re.search(rf'^[ \t]*(?:\[profiles\.)?"?{key}"?[ \t]*[=\].]', text, re.MULTILINE)
    return text.count("\n", 0, known.start()) + 1 if key and known else 1


def _case_lines(text: str) -> list[int]:
    lines = enumerate(text.split("\n"), 1)
    return [number for number, line in lines if _CASE.match(line)]


def _file(name: str, text: str, table: Place, subject: Subject) -> CaseFile:
    if subject == "rule":
        found = table.keys(("about", "spec", "now", "zone", "profiles", "case"), ("segments",))
    else:
        found = table.keys(("now", "profiles", "case"), ("about", "zone"))
    now, zone = instant_of(found["now"]), _zone(found.get("zone"))
    people = found["profiles"].entries()
    profiles = {who: _profile(who, place, now, zone) for who, place in people.items()}
    lines, taken = dict(enumerate(_case_lines(text))), set[str]()
    return CaseFile(
        name=name,
        zone=zone,
        profiles=profiles,
        segments={
            segment: place.text()
            for segment, place in found.get("segments", Place({})).entries().items()
        },
        cases=tuple(
            _case(place, lines.get(index, 1), now, profiles, taken, subject)
            for index, place in enumerate(found["case"].items(1))
        ),
    )


def _zone(place: Place | None) -> ZoneInfo:
    if place is None:
        return zone_named("UTC")
    try:
        return zone_named(place.text())
    except Refused as error:
        place.refuse(error.code, f"is `{place.value}`, which names no time zone", error.hint)


def _profile(who: str, place: Place, now: Instant, zone: ZoneInfo) -> Document:
    found = document(who, place, now)
    try:
        Profile.of(found, zone=zone)
    except BadProfile as error:
        where = f"{place.path}.{error.place}" if error.place else place.path
        Place(None, where).refuse(error.code, error.found, error.hint)
    return found


def _case(
    place: Place,
    line: int,
    now: Instant,
    profiles: Mapping[str, Document],
    taken: set[str],
    subject: Subject,
) -> Case:
    optional = ("name", "why", "now", "gap") if subject == "rule" else ("name", "why", "now")
    found = place.keys((subject, "members"), optional)
    asked, members = found[subject].text(), [item.text() for item in found["members"].items(0)]
    for who in members:
        if who not in profiles:
            near = nearest(who, profiles)
            hint = None if near is None else f"did you mean `{near}`?"
            found["members"].refuse("unknown-profile", f"names `{who}`, who has no profile", hint)
        if members.count(who) > 1:
            found["members"].refuse("listed-twice", f"lists `{who}` twice")
    wanted = found["name"].text() if "name" in found else _slug(asked)
    return Case(
        name=_own(wanted, taken),
        subject=asked,
        members=frozenset(members),
        now=instant_of(found["now"]) if "now" in found else now,
        line=line,
        why=found["why"].text() if "why" in found else "",
        gaps=_gaps(found["gap"]) if "gap" in found else {},
    )


def _gaps(place: Place) -> dict[str, str]:
    found = place.keys(("engine", "kind", "why"))
    kind = found["kind"].choice(("could", "not-yet", "never"))
    return {found["engine"].text(): f"{kind}: {found['why'].text()}"}


def _slug(asked: str) -> str:
    return re.sub(r"\W+", "-", asked.lower()).strip("-")[:48]


def _own(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with a number where another case has that name already."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    taken.add(name)
    return name

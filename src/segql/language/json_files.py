"""Files of segments as JSON (§5): `{"lang": 1, "segments": [...]}`, strictly, as rules are.

    {"name": "power users", "description": "...", "rule": {...},
     "notify": [{"on": "enter", "to": ["crm"], "at_most_once_every": "30d"},
                {"after": "3d", "to": ["csm-mail"]}]}

`description` and `notify` may be left out; `rule` is that of `json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, cast

from attrs import evolve

from segql.language import json_read
from segql.language.diagnostics import RuleError, has_errors
from segql.language.files import ParsedFile, parse_file
from segql.language.format import format_file
from segql.language.json import LANG, body
from segql.language.json_place import Place
from segql.language.json_tests import duration
from segql.language.json_write import Object, rule_json
from segql.language.syntax import Notify, Segment


def file_to_dict(segments: Iterable[Segment]) -> Object:
    """The JSON document of a file's segments; `file_from_dict` gives them again."""
    return {"lang": LANG, "segments": [_segment_json(segment) for segment in segments]}


def _segment_json(segment: Segment) -> Object:
    found: Object = {"name": segment.name}
    if segment.description is not None:
        found["description"] = segment.description
    found["rule"] = rule_json(segment.rule)
    if segment.notify:
        found["notify"] = [_notify_json(line) for line in segment.notify]
    return found


def _notify_json(line: Notify) -> Object:
    when: Object = {"on": line.when} if line.after is None else {"after": str(line.after)}
    every: Object = {} if line.cooldown is None else {"at_most_once_every": str(line.cooldown)}
    return {**when, "to": list(line.destinations), **every}


def file_from_dict(document: Mapping[str, object]) -> tuple[Segment, ...]:
    """The segments that a JSON document says, with the spans of their canonical text.

    Raises `Refused` with the path of the first fault; `RuleError` where the shape is right but the
    parser has something against the file, such as two segments of one name.
    """
    found = body(document, "segments")
    segments = tuple(_segment(place) for place in found.items(0))
    parsed = parse_file(format_file("", ParsedFile(segments)))
    if has_errors(parsed.diagnostics):
        raise RuleError(parsed.diagnostics)
    if parsed.segments != segments:
        found.refuse("no-rule", "holds names or values that no text of the language says")
    return parsed.segments


def _segment(place: Place) -> Segment:
    found = place.keys(("name", "rule"), ("description", "notify"))
    return Segment(
        found["name"].text(),
        json_read.rule(found["rule"]),
        found["description"].text() if "description" in found else None,
        tuple(_notify(line) for line in found["notify"].items()) if "notify" in found else (),
    )


def _notify(place: Place) -> Notify:
    tag = place.tag(("on", "after"))
    found = place.keys((tag, "to"), ("at_most_once_every",))
    line = Notify("after", tuple(name.text() for name in found["to"].items()))
    if "at_most_once_every" in found:
        line = evolve(line, cooldown=duration(found["at_most_once_every"]))
    if tag == "after":
        return evolve(line, after=duration(found["after"]))
    return evolve(
        line, when=cast(Literal["enter", "leave"], found["on"].choice(("enter", "leave")))
    )

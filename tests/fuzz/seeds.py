"""Inputs to begin with: the texts of the diagnostics, the golden rules, the conformance cases."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import segql
from fuzz.targets import SEPARATOR
from segql.app.cases import read_cases
from segql.language.places import KEYWORDS

TESTS: Final = Path(__file__).parents[1]


def write_seeds(target: str, folder: Path) -> None:
    """Put the seeds of a target into a folder, one a file, named by its hash."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS[target]():
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


def write_words(path: Path) -> None:
    """Write a dictionary of libFuzzer: keywords, keys of JSON, and signs that need company."""
    signs = ('"', "(", ")", "30d", "2026-01-31", "1e400", "\\u{1F600}", "null", "[]", "{}")
    keys = ("lang", "test", "traits", "events", "event", "time", "properties", "survey_events")
    words = (*sorted(KEYWORDS), *signs, *(f'"{key}"' for key in keys))
    escaped = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    path.write_text("".join(f'"{word}"\n' for word in escaped), "utf-8")


def rules() -> Iterator[bytes]:
    """Right and wrong texts of one rule."""
    for text in (*_wrong(files=False), *_golden(), *(rule for rule, _ in _asked())):
        yield text.encode("utf-8", "surrogateescape")


def files() -> Iterator[bytes]:
    """Right and wrong texts of whole files."""
    yield from (text.encode() for text in _wrong(files=True))
    for path in TESTS.parent.joinpath("examples").rglob("*.segql"):
        yield path.read_bytes()
    for text in _golden():
        yield f'segment "a"\n  when {text}\n  on enter notify "b"\n'.encode()


def documents() -> Iterator[bytes]:
    """The JSON forms of rules and files."""
    for path in TESTS.joinpath("golden").glob("*.toml"):
        for rule in tomllib.loads(path.read_text("utf-8"))["rule"]:
            yield f'{{"lang": 1, "rule": {rule["json"]}}}'.encode()
    for path in TESTS.parent.joinpath("examples").rglob("*.segql"):
        segments = segql.parse_file(path.read_text("utf-8"))
        yield json.dumps(segql.file_to_dict(segments)).encode()


def asked() -> Iterator[bytes]:
    """Rules with the profiles that the conformance cases ask them about."""
    for rule, profile in _asked():
        yield rule.encode() + SEPARATOR + json.dumps(profile).encode()


def _wrong(*, files: bool) -> Iterator[str]:
    for path in TESTS.joinpath("diagnostics").glob("*.toml"):
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            if case.get("file", False) == files:
                yield case["text"]


def _golden() -> Iterator[str]:
    for path in TESTS.joinpath("golden").glob("*.toml"):
        yield from (rule["text"] for rule in tomllib.loads(path.read_text("utf-8"))["rule"])


def _asked() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in TESTS.joinpath("conformance").glob("*.toml"):
        file = read_cases(path, "rule")
        people = list(file.profiles.values())
        for index, case in enumerate(file.cases):
            yield case.subject, people[index % len(people)]


SEEDS: Final = {"rule": rules, "file": files, "json": documents, "matches": asked}

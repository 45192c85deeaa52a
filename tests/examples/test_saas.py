"""The SaaS example: the same people every time, and segments that use the whole language."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs
import pytest

from segql.language import syntax
from segql.language.files import parse_file

EXAMPLE = Path(__file__).parents[2] / "examples" / "saas"
SEGMENTS = EXAMPLE / "segments.segql"
FILES = ("profiles.jsonl", "events.jsonl", "responses.jsonl")
NOW = "2026-03-01T12:00:00Z"
USERS = 2000

Command: TypeAlias = Callable[..., list[dict[str, Any]]]


def generate(out: Path, *words: str) -> Path:
    """Run the generator as a user does."""
    command = [sys.executable, str(EXAMPLE / "generate.py"), "--out", str(out), *words]
    subprocess.run(command, check=True)
    return out


def contents(folder: Path) -> Mapping[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


# The people


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    once = contents(generate(tmp_path / "once", "--users", "200"))
    assert once == contents(generate(tmp_path / "twice", "--users", "200"))
    # Pinned: whoever changes the people changes figures in texts, so does it on purpose.
    digest = sha256(b"".join(once[name] for name in FILES)).hexdigest()
    assert digest == "4ffb89a26036edf926d27e1d84e8f729916e0d73f865934bce26328438d44f84"


def test_another_seed_gives_other_people(tmp_path: Path) -> None:
    one = contents(generate(tmp_path / "one", "--users", "20"))
    assert one != contents(generate(tmp_path / "two", "--users", "20", "--seed", "2"))


def test_a_smaller_world_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    small = contents(generate(tmp_path / "small", "--users", "50"))
    large = contents(generate(tmp_path / "large", "--users", "150"))
    assert all(large[name].startswith(small[name]) for name in FILES)


def test_the_story_ends_at_now(tmp_path: Path) -> None:
    moved = generate(tmp_path, "--users", "100", "--now", "2025-07-01T00:00:00Z")
    for name in ("events.jsonl", "responses.jsonl"):
        lines = (moved / name).read_text("utf-8").splitlines()
        assert max(line.partition('"time":"')[2][:20] for line in lines) <= "2025-07-01T00:00:00Z"


# The segments. A feature of the language is a class of the syntax, a word that one of its fields
# takes, an optional part, or a flag; what the segments use is held against what the classes allow.


def is_union(hint: object) -> bool:
    return get_origin(hint) in (Union, UnionType)


def features_of(cls: type) -> Iterator[str]:
    """Give all that may be said with a node of this class."""
    yield cls.__name__
    for name, hint in get_type_hints(cls).items():
        options = get_args(hint) if is_union(hint) else ()
        if "span" in name:
            continue
        if NoneType in options or hint is bool:
            yield f"{cls.__name__} with {name}"
        if get_origin(hint) is Literal:
            yield from (f"{cls.__name__} {name} {word}" for word in get_args(hint))
        if (cls, name) in SPELT_OUT:
            yield from (
                f"{cls.__name__} {name} {kind.__name__}" for kind in options if kind is not NoneType
            )


SPELT_OUT = ((syntax.Did, "window"), (syntax.Dated, "window"), (syntax.Attribute, "operand"))
"""Fields where every class that may stand there is a feature of its own."""


def features_in(node: Any) -> Iterator[str]:
    """Give all that is said in `node` and below it."""
    if isinstance(node, tuple):
        for entry in node:
            yield from features_in(entry)
    if type(node).__module__ != syntax.__name__:
        return
    kind = type(node).__name__
    yield kind
    for part in attrs.fields(type(node)):
        value = getattr(node, part.name)
        if value is None or "span" in part.name:
            continue
        if value is not False:
            yield f"{kind} with {part.name}"
        yield f"{kind} {part.name} {value if isinstance(value, str) else type(value).__name__}"
        yield from features_in(value)


def parsed() -> tuple[syntax.Segment, ...]:
    return parse_file(SEGMENTS.read_text("utf-8")).segments


def test_the_segments_use_every_kind_of_condition() -> None:
    nodes = [kind for kind in vars(syntax).values() if isinstance(kind, type) and attrs.has(kind)]
    allowed = {
        feature
        for kind in nodes
        if kind.__module__ == syntax.__name__
        for feature in features_of(kind)
    }
    assert len(allowed) > 100
    assert allowed - set(features_in(parsed())) == set()


def test_every_segment_says_what_it_is_for() -> None:
    assert all(segment.description for segment in parsed())


# Both together


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory, segql: Command) -> Path:
    """Give a database with the people imported and the segments applied."""
    folder = generate(tmp_path_factory.mktemp("saas"), "--users", str(USERS))
    path = folder / "saas.db"
    segql(path, "import", "profiles", folder / "profiles.jsonl")
    segql(path, "import", "events", folder / "events.jsonl")
    segql(path, "import", "responses", folder / "responses.jsonl")
    segql(path, "apply", SEGMENTS, "--now", NOW)
    return path


def test_no_segment_is_empty_or_full_but_those_that_say_so(db: Path, segql: Command) -> None:
    members = {line["name"]: line["members"] for line in segql(db, "segments")}
    assert set(members) == {segment.name for segment in parsed()}
    assert members.pop("everybody") == USERS
    assert members.pop("blocked") == 0
    odd = {name: n for name, n in members.items() if not USERS * 0.01 <= n <= USERS * 0.6}
    assert odd == {}


def test_a_count_asks_the_same_people(db: Path, segql: Command) -> None:
    [counted] = segql(db, "count", 'trait.plan in ("pro", "enterprise")', "--now", NOW)
    lines = (db.parent / "profiles.jsonl").read_text("utf-8").splitlines()
    paying = sum('"plan":"pro"' in line or '"plan":"enterprise"' in line for line in lines)
    assert (counted["count"], counted["of"]) == (paying, USERS)

"""Traits merged and compared, and since when the one at a path is what it is.

The latter is a mapping kept beside a profile's traits. Its keys are paths as `names.path_text`
writes them. The entry of the root speaks for every path without one of its own, so a profile whose
traits all came with one call has just that. A path without either is one that nothing has been
noted of: it became what it is before notes were kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from segql.model.instants import Instant
from segql.model.values import Json, Path
from segql.store.names import path_text
from segql.store.plain import text_of

Changed: TypeAlias = Mapping[str, Instant]
Traits: TypeAlias = Mapping[str, Json]

ROOT: Final = path_text(())
_NESTED: Final = (list, dict)


def merged_over(old: Traits, new: Traits) -> Traits:
    """`new` merged over `old`; a null takes the key away."""
    if not new:
        return old
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def differ(before: Traits, after: Traits) -> bool:
    """Whether two mappings differ as JSON, where `true` is not `1`."""
    return before != after or text_of(before) != text_of(after)


def noted(changed: Changed, before: Traits, after: Traits, *, now: Instant) -> Changed:
    """`changed`, brought from the traits `before` to those `after`, which are new at `now`.

    Only paths where the value becomes another one are noted, an object's own among them when
    something inside it does; what is gone loses its entry.
    """
    if not before:
        return {ROOT: now} if after else {}
    found = dict(changed)
    for key in unlike(before, after):
        _note(found, (key,), before.get(key), after.get(key), now)
    return found


def unlike(before: Traits, after: Traits) -> list[str]:
    """The keys whose values differ, and some of lists and objects that do not; in a hurry."""
    return [
        key
        for key in (*after, *(before.keys() - after.keys()))
        if (old := before.get(key)) is not (new := after.get(key))
        and (old != new or type(old) is not type(new) or type(new) in _NESTED)
    ]


def instant_at(changed: Changed, path: Path) -> Instant | None:
    """Since when the value at `path`, if there is one, is what it is; None when not known."""
    return changed.get(path_text(path), changed.get(ROOT))


def joined(kept: Changed, kept_traits: Traits, gone: Changed, gone_traits: Traits) -> Changed:
    """What `kept` becomes when its missing traits are filled from others, noted in `gone`."""
    if not kept_traits:
        return gone
    filled = {key: gone_traits[key] for key in gone_traits.keys() - kept_traits.keys()}
    since = {path_text(path): instant_at(gone, path) for path in _paths((), filled)}
    return {**kept, **{path: at for path, at in since.items() if at is not None}}


def _paths(path: Path, inside: Traits) -> Iterator[Path]:
    for key, value in inside.items():
        yield (*path, key)
        if isinstance(value, Mapping):
            yield from _paths((*path, key), value)


def _note(found: dict[str, Instant], path: Path, old: Json, new: Json, now: Instant) -> bool:
    """Note what differs at `path` and inside it; whether anything does."""
    before = old if isinstance(old, Mapping) else None
    after = new if isinstance(new, Mapping) else None
    if before is None and after is None:
        differs = not _same(old, new)
    else:
        differs = before is None or after is None
        inside, outside = before or {}, after or {}
        for key in inside.keys() | outside.keys():
            differs |= _note(found, (*path, key), inside.get(key), outside.get(key), now)
    if differs and new is None:
        found.pop(path_text(path), None)
    elif differs:
        found[path_text(path)] = now
    return differs


def _same(old: Json, new: Json) -> bool:
    """Whether two values are one: numbers by value, but `true` is not 1."""
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return len(old) == len(new) and all(map(_same, old, new))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    return old == new and isinstance(old, bool) == isinstance(new, bool)

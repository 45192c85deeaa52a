"""A vocabulary in memory: the names that an embedding tool lists (`segql.Vocabulary`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, field, frozen

from segql.model.errors import Refused
from segql.model.instants import instant_from, zone_named
from segql.model.listing import (
    BadVocabulary,
    Listing,
    choices,
    entry_of,
    flag_of,
    in_words,
    named,
    number_of,
    refuse_unknown,
    share_of,
    text_of,
)
from segql.model.values import Kind, Path, Scalar, kind_of
from segql.model.vocabulary import Occurrences, SegmentWords, Values

_KINDS: Final = {
    "text": Kind.TEXT,
    "number": Kind.NUMBER,
    "flag": Kind.FLAG,
    "date": Kind.TEXT,
}
_WHOLE: Final = ("profiles", "traits", "account", "events", "surveys", "segments")
_VALUES: Final = ("kind", "values", "share", "list", "complete")
_COUNTS: Final = ("count", "profiles", "last")
_SEGMENT: Final = ("members", "text", "description")

_PART: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^".]+)')


@frozen(eq=False)
class Vocabulary:
    """The names that rules may use, listed by hand; make it with `Vocabulary.of`."""

    profiles: int | None = None
    _traits: Mapping[Path, Values] = field(factory=dict)
    _account_traits: Mapping[Path, Values] = field(factory=dict)
    _events: Mapping[str, Occurrences] = field(factory=dict)
    _properties: Mapping[str, Mapping[Path, Values]] = field(factory=dict)
    _surveys: Mapping[str, Occurrences] = field(factory=dict)
    _questions: Mapping[str, Mapping[Path, Values]] = field(factory=dict)
    _pooled: Mapping[Path, Values] = field(factory=dict)
    _segments: Mapping[str, SegmentWords] = field(factory=dict)

    @classmethod
    def of(cls, listing: Listing) -> Vocabulary:
        """The vocabulary that a plain mapping lists, every key of it optional.

            {"profiles": 1200, "traits": {NAME: VALUES}, "account": {NAME: VALUES},
             "events": {NAME: {"properties": {NAME: VALUES}, "count", "profiles", "last"}},
             "surveys": {NAME: {"questions": {NAME: VALUES}, "count", "profiles", "last"}},
             "segments": {NAME: {"members", "text", "description"}}}

        Where nothing is to be said of names, a list of them does. VALUES is a kind (`text`,
        `number`, `flag`, `date`), a list of all values, or a mapping of

            {"kind": a kind or several, "values": [most frequent first] or {value: times},
             "complete": whether these are all values (so without saying), "list": whether
             profiles hold lists of them, "share": the part of those who have one, 0 to 1}

        The name of a trait, property or question is written as in a rule: `company.size` is nested,
        and a key that holds a dot is quoted inside the name. Values without a number of times
        have 0. Raises `BadVocabulary` with the place.

        >>> known = Vocabulary.of({
        ...     "traits": {"plan": ["free", "pro"], "company.size": "number"},
        ...     "events": {"export": {"properties": {"format": ["csv", "pdf"]}}, "invite": {}},
        ... })
        >>> sorted(known.traits()), known.traits()[("plan",)].complete
        ([('company', 'size'), ('plan',)], True)
        >>> Vocabulary.of({"profiles": "many"})
        Traceback (most recent call last):
        segql.model.listing.BadVocabulary: `profiles` must be a whole number, not `many`
        """
        if not isinstance(listing, Mapping):
            raise BadVocabulary("", f"a vocabulary is an object, not {in_words(listing)}")
        refuse_unknown(listing, "", _WHOLE)
        events, properties = _activities(listing, "events", "properties")
        surveys, questions = _activities(listing, "surveys", "questions")
        return cls(
            profiles=number_of(listing, "profiles", ""),
            traits=_paths(listing.get("traits"), "traits"),
            account_traits=_paths(listing.get("account"), "account"),
            events=events,
            properties=properties,
            surveys=surveys,
            questions=questions,
            pooled=_pooled(questions),
            segments={
                name: _segment(said, place)
                for name, said, place in named(listing.get("segments"), "segments")
            },
        )

    def traits(self) -> Mapping[Path, Values]:
        """Traits by path."""
        return self._traits

    def account_traits(self) -> Mapping[Path, Values]:
        """Traits of accounts by path."""
        return self._account_traits

    def events(self) -> Mapping[str, Occurrences]:
        """Events by name."""
        return self._events

    def properties(self, event: str) -> Mapping[Path, Values]:
        """Properties of the events of that name."""
        return self._properties.get(event, {})

    def surveys(self) -> Mapping[str, Occurrences]:
        """Surveys by key."""
        return self._surveys

    def questions(self, survey: str | None) -> Mapping[Path, Values]:
        """Questions of a survey, or of all surveys pooled."""
        return self._pooled if survey is None else self._questions.get(survey, {})

    def segments(self) -> Mapping[str, SegmentWords]:
        """Segments by name."""
        return self._segments


def _activities(
    listing: Listing, key: str, inner: str
) -> tuple[dict[str, Occurrences], dict[str, Mapping[Path, Values]]]:
    """Events or surveys with what is said of them, and their properties or questions."""
    found: dict[str, Occurrences] = {}
    paths: dict[str, Mapping[Path, Values]] = {}
    for name, said, place in named(listing.get(key), key):
        entry = entry_of(said, place, (*_COUNTS, inner))
        found[name] = Occurrences(
            count=number_of(entry, "count", place),
            profiles=number_of(entry, "profiles", place),
            last=_at(entry.get("last"), f"{place}.last"),
        )
        paths[name] = _paths(entry.get(inner), f"{place}.{inner}")
    return found, paths


def _pooled(questions: Mapping[str, Mapping[Path, Values]]) -> dict[Path, Values]:
    """Questions of all surveys; of one that several surveys list differently nothing is known."""
    found: dict[Path, Values] = {}
    for each in questions.values():
        for path, values in each.items():
            found[path] = values if found.get(path, values) == values else Values()
    return found


def _at(value: object, place: str) -> int | None:
    if value is None:
        return None
    try:
        return instant_from(value, zone_named("UTC"))
    except Refused as error:
        raise BadVocabulary(place, f"must be a time, not `{value}`", hint=error.hint) from error


def _segment(said: object, place: str) -> SegmentWords:
    entry = entry_of(said, place, _SEGMENT)
    return SegmentWords(
        members=number_of(entry, "members", place),
        text=text_of(entry, "text", place) or "",
        description=text_of(entry, "description", place),
    )


# Values of traits, properties and answers


def _paths(value: object, place: str) -> dict[Path, Values]:
    found: dict[Path, Values] = {}
    for name, said, inside in named(value, place):
        found[_path(name, inside)] = _values(said, inside)
    return found


def _path(name: str, place: str) -> Path:
    """The path of a name as rules write it, blanks allowed without quotes."""
    parts, at = [], 0
    while found := _PART.match(name, at):
        quoted, plain = found.groups()
        parts.append(plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
        at = found.end() + 1
        if found.end() == len(name):
            return tuple(parts)
        if name[found.end()] != ".":
            break
    raise BadVocabulary(
        place, "is no name", hint='nested names are `a.b`, a key with a dot `"a.b"`'
    )


def _values(said: object, place: str) -> Values:
    match said:
        case None:
            return Values()
        case str():
            return _of_kinds((said,), place)
        case list() | tuple():
            return _with_values(Values(), said, place, complete=True)
        case _:
            return _described(entry_of(said, place, _VALUES), place)


def _described(entry: Listing, place: str) -> Values:
    kinds = entry.get("kind")
    named = [] if kinds is None else list(kinds) if isinstance(kinds, list | tuple) else [kinds]
    values = _of_kinds(named, f"{place}.kind")
    complete = flag_of(entry, "complete", place)
    if (listed := entry.get("values")) is not None:
        values = _with_values(
            values, listed, f"{place}.values", complete=complete is None or complete
        )
    lists = 1 if flag_of(entry, "list", place) else 0
    return evolve(values, share=share_of(entry, "share", place), lists=lists)


def _of_kinds(named: Sequence[object], place: str) -> Values:
    for name in named:
        if not isinstance(name, str):
            raise BadVocabulary(place, f"must be a kind, not {in_words(name)}")
        if name not in _KINDS:
            raise BadVocabulary(place, f"is `{name}`, not one of {choices(tuple(_KINDS))}")
    return Values(kinds={_KINDS[str(name)]: 1 for name in named}, dates=1 if "date" in named else 0)


def _with_values(values: Values, listed: object, place: str, *, complete: bool) -> Values:
    top = tuple(_counted(listed, place))
    kinds = dict(values.kinds)
    for scalar, times in top:
        kind = kind_of(scalar)
        kinds[kind] = kinds.get(kind, 0) + max(times, 1)
    return evolve(values, kinds=kinds, top=top, complete=complete)


def _counted(listed: object, place: str) -> Iterator[tuple[Scalar, int]]:
    """Scalars with their numbers, 0 where none is said."""
    match listed:
        case Mapping():
            times = {key: number_of(listed, key, place) or 0 for key in listed}
            yield from sorted(times.items(), key=lambda pair: -pair[1])
        case list() | tuple():
            for index, value in enumerate(listed):
                yield _scalar(value, f"{place}[{index}]"), 0
        case _:
            raise BadVocabulary(place, f"must be a list, not {in_words(listed)}")


def _scalar(value: object, place: str) -> Scalar:
    match value:
        case bool() | str():
            return value
        case int() | float():
            return float(value)
        case _:
            raise BadVocabulary(place, f"must be text, a number or a flag, not {in_words(value)}")

"""Names that the vocabulary does not know, with the names that were probably meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, TypeAlias, assert_never

from attrs import frozen

from segql.language.diagnostics import Diagnostic, Severity
from segql.language.mentions import Mention, Role
from segql.language.near import ranked
from segql.language.syntax import AccountTrait, Trait
from segql.language.unknown import Near, share, times, unknown
from segql.language.write import operand, path, property_path, quoted
from segql.model.fields import FIELDS
from segql.model.values import Path
from segql.model.vocabulary import Occurrences, SegmentWords, Values, Vocabulary

_LISTED: Final = 6
"""So many known names, and no more, are listed where none is near."""

Said: TypeAlias = Values | Occurrences | SegmentWords


@frozen
class _Names:
    """The names of one sort: what is said of each, and how to speak of them."""

    known: Mapping[Path, Said] | Mapping[str, Said]
    message: str
    of: str = ""


def unknown_names(
    mentions: Iterable[Mention],
    vocabulary: Vocabulary,
    *,
    segments: Mapping[str, SegmentWords] | None = None,
) -> Iterator[Diagnostic]:
    """What is to be said of names that `vocabulary` does not know: warnings, segments errors.

    Of a sort of which it knows no name at all nothing is said. `segments` stand for those of the
    vocabulary where they are given.
    """
    for mention in mentions:
        names = _names(mention, vocabulary, segments)
        key = mention.name if mention.role in ("event", "survey", "segment") else mention.path
        if names is None or not names.known or key in names.known:
            continue
        if not _is_object(mention.path, names.known):
            yield _unknown(mention, names, vocabulary)


def _names(
    mention: Mention, vocabulary: Vocabulary, segments: Mapping[str, SegmentWords] | None
) -> _Names | None:
    written = path(mention.path)
    match mention.role:
        case "trait":
            message = f"no profile has the trait `{written}`"
            return _Names(vocabulary.traits(), message, "profiles")
        case "account":
            message = f"no account has the trait `{written}`"
            return _Names(vocabulary.account_traits(), message, "accounts")
        case "event":
            return _Names(vocabulary.events(), f"no event is called `{mention.name}`")
        case "survey":
            return _Names(vocabulary.surveys(), f"no survey is called `{mention.name}`")
        case "segment":
            known = vocabulary.segments() if segments is None else segments
            return _Names(known, f"there is no segment `{mention.name}`")
        case "property" | "question":
            return _inner_names(mention, written, vocabulary)
        case _:
            assert_never(mention.role)


def _inner_names(mention: Mention, written: str, vocabulary: Vocabulary) -> _Names | None:
    owner = mention.owner.name if mention.owner is not None else None
    if mention.role == "question":
        of = "responses" if owner is None else f"`{owner}` responses"
        message = f"no {of.removesuffix('s')} has the answer `{written}`"
        return _Names(vocabulary.questions(owner), message, of)
    if owner is None or owner not in vocabulary.events():
        return None  # of an unknown event nothing is known, and that is said already
    message = f"no `{owner}` event has the property `{written}`"
    return _Names(vocabulary.properties(owner), message, f"`{owner}` events")


def _is_object(name: Path, known: Collection[object]) -> bool:
    """Whether `name` is an object: what it holds is known."""
    length = len(name)
    return any(isinstance(one, tuple) and one[:length] == name for one in known)


def _unknown(mention: Mention, names: _Names, vocabulary: Vocabulary) -> Diagnostic:
    moved = _elsewhere(mention, vocabulary)
    if moved is not None and mention.prefix is not None:
        whole = mention.prefix.to(mention.span)
        written = operand((Trait if mention.role == "trait" else AccountTrait)(mention.path))
        return unknown(_code(mention.role), names.message, whole, name=written, near=[moved])
    near = _near(mention, names)
    return unknown(
        _code(mention.role),
        names.message,
        mention.span,
        name=_name(mention.role, mention.path),
        near=near,
        help=None if near else _help(mention, names, vocabulary),
        severity=Severity.ERROR if mention.role == "segment" else Severity.WARNING,
    )


def _code(role: Role) -> str:
    return "unknown-trait" if role == "account" else f"unknown-{role}"


def _elsewhere(mention: Mention, vocabulary: Vocabulary) -> Near | None:
    """The same name among the fields, or the traits of accounts or profiles."""
    name = mention.path
    match mention.role:
        case "trait" if len(name) == 1 and name[0] in FIELDS:
            return Near(name[0], name[0], "a field kept by the system")
        case "trait" if name in vocabulary.account_traits():
            evidence = _evidence(vocabulary.account_traits()[name], "accounts")
            return _moved(AccountTrait(name), evidence)
        case "account" if name in vocabulary.traits():
            return _moved(Trait(name), _evidence(vocabulary.traits()[name], "profiles"))
        case _:
            return None


def _moved(meant: Trait | AccountTrait, evidence: str | None) -> Near:
    return Near(operand(meant), operand(meant), evidence)


def _near(mention: Mention, names: _Names) -> list[Near]:
    """The known names that are nearly the mentioned one."""
    said_by_text: dict[str, Path | str] = {
        one if isinstance(one, str) else "\0".join(one): one
        for one in names.known
        if isinstance(one, str) or len(one) == len(mention.path)
    }
    known: Mapping[object, Said] = names.known  # type: ignore[assignment] # by either kind of key
    found = ranked(
        "\0".join(mention.path),
        said_by_text,
        weight=lambda text: _weight(known[said_by_text[text]]),
    )
    return [
        Near(
            _name(mention.role, _as_path(said_by_text[text])),
            _written(mention.role, _as_path(said_by_text[text])),
            _evidence(known[said_by_text[text]], names.of),
        )
        for text in found
    ]


def _as_path(name: Path | str) -> Path:
    return (name,) if isinstance(name, str) else name


def _written(role: Role, name: Path) -> str:
    writers: dict[Role, Callable[[Path], str]] = {
        "trait": path,
        "account": path,
        "question": property_path,
        "property": property_path,
    }
    writer = writers.get(role)
    return quoted(name[0]) if writer is None else writer(name)


def _name(role: Role, name: Path) -> str:
    return name[0] if role in ("event", "survey", "segment") else _written(role, name)


def _weight(said: Said) -> float:
    match said:
        case Values(share=part):
            return part or 0.0
        case Occurrences(count=count):
            return float(count or 0)
        case SegmentWords(members=members):
            return float(members or 0)
        case _:
            assert_never(said)


def _evidence(said: Said, of: str) -> str | None:
    match said:
        case Values(share=part, exact=exact):
            return None if part is None else share(part, of, exact=exact)
        case Occurrences(count=count, exact=exact):
            return None if count is None else times(count, "seen", exact=exact)
        case SegmentWords(members=members):
            return None if members is None else f"{members:,} members"
        case _:
            assert_never(said)


def _help(mention: Mention, names: _Names, vocabulary: Vocabulary) -> str | None:
    """Where to look, when no known name is near."""
    if mention.role == "event" and mention.name in vocabulary.surveys():
        return f"there is a survey of that name: `completed survey {quoted(mention.name)}`"
    if mention.role == "survey" and mention.name in vocabulary.events():
        return f"there is an event of that name: `did {quoted(mention.name)}`"
    if len(names.known) > _LISTED:
        return None
    listed = (_name(mention.role, _as_path(one)) for one in names.known)
    return f"known are {', '.join(f'`{one}`' for one in listed)}"

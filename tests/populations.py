"""Plain profile documents → a store, and what each engine says about all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import segql
from oracle import holds
from segql.engines.interpreter.document import times_of
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.memory import Profile
from segql.engines.sets.evaluate import evaluate
from segql.engines.sets.parts import PART_SLOTS
from segql.language import syntax
from segql.model.instants import Instant, Moment, instant_from, iso
from segql.rules.canonical import canonical
from segql.rules.desugar import desugar
from segql.store import events, identify, responses, settings
from segql.store.driver import Connection, immediate
from segql.store.facts import StoredFacts, facts_of
from segql.store.migrations import open_store
from segql.store.names import path_text
from segql.store.plain import cleaned, text_of

Documents: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Documents by id."""
Segments: TypeAlias = Mapping[str, syntax.Rule]
Members: TypeAlias = frozenset[str]
Answer: TypeAlias = Callable[[Mapping[str, syntax.Rule], Instant], dict[str, Members]]
"""Many rules by name, and now → the members of each."""


def by_oracle(documents: Documents, segments: Segments, zone: ZoneInfo, _: Path) -> Answer:
    """The naive evaluator over the documents."""

    teams = with_teammates(documents)

    def answer(rules: Mapping[str, syntax.Rule], now: Instant) -> dict[str, Members]:
        return {
            name: frozenset(
                who
                for who, document in teams.items()
                if holds(rule, document, now=now, zone=zone, segments=segments)
            )
            for name, rule in rules.items()
        }

    return answer


def with_teammates(documents: Documents) -> dict[str, dict[str, Any]]:
    """The documents, each with the others of its account as `teammates`."""
    by_account: dict[str, list[str]] = {}
    for who, document in documents.items():
        if (document.get("account") or {}).get("id") is not None:
            by_account.setdefault(document["account"]["id"], []).append(who)
    teams = {who: team for team in by_account.values() for who in team}
    alone = {
        who: {key: value for key, value in document.items() if key != "account"}
        for who, document in documents.items()
    }
    return {
        who: {**document, "teammates": [alone[other] for other in teams[who] if other != who]}
        if who in teams
        else {**document}
        for who, document in documents.items()
    }


def by_interpreter(documents: Documents, segments: Segments, zone: ZoneInfo, _: Path) -> Answer:
    """The interpreter over the documents, by the library's public face."""

    def compiled(rule: syntax.Rule, now: Instant) -> Callable[[Profile], bool]:
        return segql.compile(rule, now=now, zone=zone.key)

    return _over_documents(documents, segments, zone, compiled)


def by_canonical_form(documents: Documents, segments: Segments, zone: ZoneInfo, _: Path) -> Answer:
    """The interpreter over the documents, given the canonical form of each rule."""

    def compiled(rule: syntax.Rule, now: Instant) -> Callable[[Profile], bool]:
        return compile_rule(canonical(desugar(rule))).at(Moment(now, zone))

    return _over_documents(documents, segments, zone, compiled)


def _over_documents(
    documents: Documents,
    segments: Segments,
    zone: ZoneInfo,
    compiled: Callable[[syntax.Rule, Instant], Callable[[Profile], bool]],
) -> Answer:
    def answer(rules: Mapping[str, syntax.Rule], now: Instant) -> dict[str, Members]:
        listed = _with_segments(documents, segments, now, zone)
        profiles = {who: Profile.of(one, zone=zone) for who, one in with_teammates(listed).items()}
        found = {}
        for name, rule in rules.items():
            is_member = compiled(rule, now)
            found[name] = frozenset(who for who, one in profiles.items() if is_member(one))
        return found

    return answer


def _with_segments(
    documents: Documents, segments: Segments, now: Instant, zone: ZoneInfo
) -> Documents:
    """The documents with the segments listed whose rules hold for them."""
    listed = documents
    for _ in segments:  # after as many rounds as there are segments every chain is settled
        beside = with_teammates(listed)
        listed = {
            who: {
                **document,
                "segments": sorted(_holding(document, beside[who], segments, now, zone)),
            }
            for who, document in documents.items()
        }
    return listed


def _holding(
    document: Mapping[str, Any],
    listed: Mapping[str, Any],
    segments: Segments,
    now: Instant,
    zone: ZoneInfo,
) -> set[str]:
    """The segments of a document's own list, and those whose rules hold for it as `listed`."""
    return set(document.get("segments") or ()) | {
        name
        for name, rule in segments.items()
        if segql.matches(rule, listed, now=now, zone=zone.key)
    }


def by_interpreter_over_store(
    documents: Documents, segments: Segments, zone: ZoneInfo, path: Path
) -> Answer:
    """The interpreter over stored facts, as it runs on every change."""
    ids = stored(path, documents, zone)
    segment_rules = {name: compile_rule(desugar(rule)) for name, rule in segments.items()}

    def answer(rules: Mapping[str, syntax.Rule], now: Instant) -> dict[str, Members]:
        moment = Moment(now, zone)
        compiled = {name: compile_rule(desugar(rule)).at(moment) for name, rule in rules.items()}
        bound = {name: rule.at(moment) for name, rule in segment_rules.items()}
        found: dict[str, set[str]] = {name: set() for name in rules}
        connection = open_store(path, read_only=True)
        own = {ids[who]: document.get("segments") or () for who, document in documents.items()}
        for who, internal in ids.items():
            facts = _stored_facts(connection, internal, bound, own)
            for name, is_member in compiled.items():
                if is_member(facts):
                    found[name].add(who)
        connection.close()
        return {name: frozenset(members) for name, members in found.items()}

    return answer


def _stored_facts(
    connection: Connection,
    internal: int,
    segments: Mapping[str, Callable[[Facts], bool]],
    own: Mapping[int, Collection[str]],
) -> Facts:
    """The facts of a profile, `in segment` answered by the rule, or else by one's own list."""

    def in_segment(facts: StoredFacts, name: str) -> bool:
        return segments[name](facts) if name in segments else name in own[facts.profile]

    found = facts_of(connection, internal, in_segment=in_segment)
    assert found is not None
    return found


def by_sets(
    documents: Documents,
    segments: Segments,
    zone: ZoneInfo,
    path: Path,
    *,
    part_slots: int = PART_SLOTS,
) -> Answer:
    """The set engine over one store, all rules in one catalogue."""
    ids = stored(path, documents, zone)
    externals = {internal: who for who, internal in ids.items()}
    manual: dict[str, list[int]] = {}
    for who, document in documents.items():
        for name in document.get("segments") or ():
            if name not in segments:
                manual.setdefault(name, []).append(ids[who])
    core_segments = {name: desugar(rule) for name, rule in segments.items()}

    def answer(rules: Mapping[str, syntax.Rule], now: Instant) -> dict[str, Members]:
        catalog = core_segments | {f"rule {name}": desugar(rule) for name, rule in rules.items()}
        names = [f"rule {name}" for name in rules]
        result = evaluate(
            path,
            catalog,
            moment=Moment(now, zone),
            names=names,
            manual=manual,
            part_slots=part_slots,
        )
        return {
            name: frozenset(externals[int(one)] for one in result.ids(f"rule {name}"))
            for name in rules
        }

    return answer


Engine: TypeAlias = Callable[[Documents, Segments, ZoneInfo, Path], Answer]
ENGINES: Mapping[str, Engine] = {
    "oracle": by_oracle,
    "interpreter": by_interpreter,
    "canonical": by_canonical_form,
    "stored": by_interpreter_over_store,
    "sets": by_sets,
}
"""Everything that must agree: from documents, segments' rules, a zone and a path for a store."""


def stored(path: Path, documents: Documents, zone: ZoneInfo) -> dict[str, int]:
    """A new store at `path` with the documents in it; the internal ids by id."""
    connection = open_store(path, create=True, zone=zone.key)
    try:
        with immediate(connection):
            change = settings.take(connection, settings.Counter.CHANGE)
            _store(connection, documents, change, zone)
        rows = connection.execute("select external, id from profiles").fetchall()
    finally:
        connection.close()
    ids = {str(who): int(internal) for who, internal in rows}
    return {who: ids[who] for who in documents}


def _store(connection: Connection, documents: Documents, change: int, zone: ZoneInfo) -> None:
    calls = [call for who, document in documents.items() for call in _calls(who, document, zone)]
    identify.identify(connection, calls, change=change, zone=zone, now=0)
    note_changes(connection, documents, zone)
    events.append(
        connection,
        [
            events.Event(who, entry["event"], *_when_and_what(entry, "properties", zone))
            for who, entry in _entries(documents, "events")
        ],
        change=change,
    )
    responses.append(
        connection,
        [
            responses.Response(
                who, entry["survey"], entry["action"], *_when_and_what(entry, "answers", zone)
            )
            for who, entry in _entries(documents, "surveys")
        ],
        change=change,
    )


def note_changes(connection: Connection, documents: Documents, zone: ZoneInfo) -> None:
    """Put what documents say of `changed` in the place of what the store has noted."""
    for who, document in documents.items():
        times = times_of(document, "changed", zone)
        text = text_of({path_text(path): at for path, at in times.items()})
        connection.execute("update profiles set changed = ? where external = ?", (text, who))


def _calls(who: str, document: Mapping[str, Any], zone: ZoneInfo) -> list[identify.Identify]:
    account = document.get("account") or {}
    seen = [
        instant_from(document[key], zone)
        for key in ("first_seen", "last_seen")
        if document.get(key) is not None
    ]
    first = identify.Identify(
        profile=who,
        traits=cleaned(document.get("traits") or {}),
        email=document.get("email"),
        account=account.get("id"),
        account_traits=cleaned(account.get("traits") or {}),
        at=seen[0] if seen else None,
    )
    return [first, *(identify.Identify(profile=who, at=at) for at in seen[1:])]


def _entries(documents: Documents, key: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    return [
        (who, entry) for who, document in documents.items() for entry in document.get(key) or ()
    ]


def _when_and_what(
    entry: Mapping[str, Any], key: str, zone: ZoneInfo
) -> tuple[Instant, str | None]:
    values = entry.get(key)
    return instant_from(entry["time"], zone), text_of(cleaned(values)) if values else None


def said(documents: Documents, now: Instant) -> str:
    """The population as text, for the report of a failure."""
    lines = [f"now = {iso(now)}", *(f"{who}: {one}" for who, one in documents.items())]
    return "\n".join(lines)

"""Plain profile documents in a store, through the store's own writers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from segql.model.instants import Instant, instant_from
from segql.store import events, identify, responses, settings
from segql.store.driver import Connection, immediate
from segql.store.migrations import open_store
from segql.store.plain import cleaned, text_of

Document = Mapping[str, Any]


def store_of(path: Path, documents: Iterable[Document], zone: ZoneInfo) -> Connection:
    """A new store with the profiles of `documents`, each with its `id`."""
    connection = open_store(path, create=True, zone=zone.key)
    add(connection, documents, zone)
    return connection


def add(
    connection: Connection, documents: Iterable[Document], zone: ZoneInfo, now: Instant = 0
) -> None:
    """Write what `documents` say, over what there is; their traits are so since `now`."""
    documents = tuple(documents)
    with immediate(connection):
        change = settings.take(connection, settings.Counter.CHANGE)
        calls = [call for document in documents for call in _calls(document, zone)]
        identify.identify(connection, calls, change=change, zone=zone, now=now)
        events.append(
            connection,
            [event for document in documents for event in _events(document, zone)],
            change=change,
        )
        responses.append(
            connection,
            [response for document in documents for response in _responses(document, zone)],
            change=change,
        )


def _calls(document: Document, zone: ZoneInfo) -> Iterable[identify.Identify]:
    account = document.get("account") or {}
    yield identify.Identify(
        profile=document["id"],
        email=document.get("email"),
        traits=cleaned(document.get("traits") or {}),
        account=account.get("id"),
        account_traits=cleaned(account.get("traits") or {}),
    )
    for key in ("first_seen", "last_seen"):
        if document.get(key) is not None:
            at = instant_from(document[key], zone)
            yield identify.Identify(profile=document["id"], at=at)


def _events(document: Document, zone: ZoneInfo) -> Iterable[events.Event]:
    for entry in document.get("events", ()):
        properties = cleaned(entry.get("properties") or {})
        yield events.Event(
            document["id"],
            entry["event"],
            instant_from(entry["time"], zone),
            text_of(properties) if properties else None,
        )


def _responses(document: Document, zone: ZoneInfo) -> Iterable[responses.Response]:
    for entry in document.get("surveys", ()):
        answers = cleaned(entry.get("answers") or {})
        yield responses.Response(
            document["id"],
            entry["survey"],
            entry["action"],
            instant_from(entry["time"], zone),
            text_of(answers) if answers else None,
        )


def remove(connection: Connection, external: str) -> None:
    """Delete a profile, as far as it exists."""
    with immediate(connection):
        change = settings.take(connection, settings.Counter.CHANGE)
        row = connection.execute(
            "select id from profiles where external = ?", (external,)
        ).fetchone()
        if row is not None:
            for table in ("events", "responses", "trait_values", "rollups"):
                connection.execute(f"delete from {table} where profile = ?", row)  # noqa: S608
            connection.execute("delete from profiles where id = ?", row)
            connection.execute(
                "update activity set deleted = 1, changed = ? where profile = ?", (change, *row)
            )

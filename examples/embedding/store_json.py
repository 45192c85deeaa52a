"""Store rules as JSON, and show them as text again."""

from __future__ import annotations

import json
import sqlite3

import segql

database = sqlite3.connect(":memory:")
database.execute("create table rules (name text primary key, rule text check (json_valid(rule)))")

typed = 'trait.plan == "pro" and never did "export" within 30 days'
database.execute("insert into rules values (?, ?)", ("idle", json.dumps(segql.to_dict(typed))))

(stored,) = database.execute("select rule from rules where name = 'idle'").fetchone()
print(stored)
print(segql.format(segql.from_dict(json.loads(stored))))

try:  # what comes from elsewhere is checked to the last key
    segql.from_dict({"lang": 1, "rule": {"trait": ["plan"], "test": {"equals": "pro"}}})
except segql.SegqlError as error:
    print(error.code, error)

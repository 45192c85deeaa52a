"""Facts on disk. Keeps the text of segments and knows no rules.

Takes profiles, events and responses with plain values, gives them back one profile at a time or in
bulk. Every function takes the connection; those that write must stand inside `driver.immediate`.
Never reads a clock. SQLite is imported by `driver` alone.

- `driver`: the one import of SQLite: version guard, connection, transactions, errors
- `schema`: tables and indexes, with the reason for each index
- `settings`: the time zone, the clock and the counters
- `migrations`: opening a file, and from version to version
- `plain`: mappings to JSON text and back; what cannot be stored is refused
- `digests`: what events and responses are known by
- `occurrences`: how often each row of a file was met before
- `names`: interned names of events, traits and surveys
- `traits`: index of trait values, one row per element
- `changes`: traits merged and compared, and since when the one at a path is what it is
- `profiles`: who there is, what is known of one, and what changed since
- `identify`: traits of profiles and accounts merged over what is stored
- `events`: append, dedupe by message, roll-up
- `responses`: surveys seen, completed, dismissed; answers
- `segments`: segments and every revision of their text
- `members`: current members, and the history of flips
- `facts`: one profile read lazily, in the shape the interpreter asks for
- `columns`: packed snapshots for the set engine
"""

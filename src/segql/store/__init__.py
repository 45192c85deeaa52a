"""Facts on disk. Keeps the text of segments and knows no rules.

Takes profiles, events and responses with plain values, gives them back one profile at a time or in
bulk. Every function takes the connection; those that write must stand inside `driver.immediate`.
Never reads a clock, but to tell who is still at work (`runs`). SQLite is imported by `driver`
alone.

- `driver`: the one import of SQLite: version guard, connection, transactions, errors
- `checkpoints`: the WAL moved into the database beside a writer
- `schema`: tables and indexes, with the reason for each index
- `schema_outbox`: tables of what is to be told
- `schema_agenda`: tables of what time will do
- `schema_messages`: tables of the messages that are stored
- `schema_followups`: tables of what profiles follow later
- `settings`: the time zone, the clock and the counters
- `migrations`: opening a file, and from version to version
- `plain`: mappings to JSON text and back; what cannot be stored is refused
- `digests`: what events and responses are known by
- `messages`: which messages are stored, noted now and sorted later
- `occurrences`: how often each row of a file was met before
- `names`: interned names of events, traits and surveys
- `changes`: traits merged and compared, and since when each is what it is
- `traits`: index of trait values, one row per element
- `profiles`: who there is, what is known of one, and what changed since
- `activity`: what profiles did in all
- `accounts`: traits of accounts merged over what is stored
- `identify`: traits of profiles merged over what is stored
- `events`: append, dedupe by message, roll-up
- `responses`: surveys seen, completed, dismissed; answers
- `merge`: two profiles become one, one is deleted
- `segments`: segments and every revision of their text
- `runs`: bulk computations that are due, and how far each has come
- `agenda`: time edges that are ahead, and up to when they are written down
- `followups`: what profiles of an account have still to be asked, as of which instant
- `list_changes`: profiles that were put on a list, or taken off, and have not moved yet
- `inside`: which segments profiles are in
- `members`: current members, changed together with the history of flips
- `history`: intervals of membership that are over, and how many were in at instants
- `chronicle`: flips read back: from a number on, and the newest of them
- `causes`: what flips were caused by
- `stays`: who is in a segment since when, as the outbox asks for it
- `subscriptions`: the lines of segments, one for each destination
- `outbox`: what is to be told to destinations
- `timelines`: what a profile did, read from the newest on
- `teammates`: the profiles of one account, read once for all of them
- `facts`: one profile read lazily, in the shape the interpreter asks for
- `tally`: what values are like, counted over mappings
- `sampling`: a few rows of large tables, spread over the whole
- `kept`: what was read of a store, until it changes
- `vocabulary`: names and kinds seen so far, as the checker asks for them
- `columns`: packed snapshots for the set engine
"""

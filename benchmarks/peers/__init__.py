"""The catalogue on engines that people know, as an expert would have it there.

In: a population. Out: a count per segment, with the time it took. Each engine has typed columns,
its best order and its load kept on disk; each segment is one statement, by hand, in `*.sql`.

* `statements`   the `.sql` files, and the instants that they name
* `columns`      the population as Arrow tables: profiles, and events of all names in one wide table
* `peer`         what the runner asks of an engine
* `sqlite`       SQLite, rows by (name, profile, time) and an index by time
* `duck`         DuckDB, sorted by (name, profile, time), enums for text
* `clickhouse`   ClickHouse in process (chdb), MergeTree by (name, profile, time)
"""

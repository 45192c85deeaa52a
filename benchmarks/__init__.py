"""Benchmarks: SegQL beside engines that people know, on the same columns and with the same answers.

In: nothing but a size. Out: a table of times. Nothing here is imported by the package or its tests.

* `product`      the traits and events that there are, and how each is drawn
* `population`   profiles and events, generated once and cached as NumPy columns
* `peers`        the same catalogue as hand-written SQL for SQLite, DuckDB and ClickHouse
* `segql_store`  the population in SegQL's own store
* `segql_side`   the same catalogue on SegQL's set engine
* `run`          runs them all, checks that the counts are equal and prints the times
"""

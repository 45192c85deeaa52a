"""The set engine: a catalogue of core rules and a moment in, the members of each out.

Reads packed snapshots of the store's columns, and afresh the rows of what changed since; writes
nothing but such snapshots. Every distinct condition is evaluated once. Loads NumPy.

- `scaled`: numbers as small codes that compare like the numbers
- `words`: texts as one run of bytes, and which of them pass
- `column`: the values at a path for many owners, apart by kind
- `dates`: which texts and numbers read as dates, many at once
- `packing`: elements by kind → a packed column, and back
- `gather`: values as they come from rows → a packed column
- `passing`: test → which owners of a column pass
- `stream`: what many owners did of one kind, by owner and time
- `activities`: a stream with what counts of it and the columns beside it
- `aggregates`: `having`, for many owners at once
- `picks`: `having` on the first, last or most frequent value of each owner
- `behaviour`: counts, days, regularity, first and last
- `sequences`: steps in order
- `rows`: rows of the store as arrays
- `sources`: what conditions read, and how rows give it
- `merge`: a snapshot and what is newer for some owners → a new one
- `slices`: some profiles and what there is to read about them
- `fields`: the fields kept by the system, as of a moment
- `operands`: operand → its values, by kind
- `compares`: two operands compared
- `conditions`: distinct conditions of a catalogue, each once
- `holding`: condition → the profiles of a slice for which it holds
- `bits`: sets as packed bits; and, or, not, at least
- `parts`: ranges of ids, their snapshots, and what changed since
- `prepare`: takes snapshots that are missing or too old
- `course`: how far an evaluation has come, and whether it should go on
- `accounts`: what conditions ask of accounts
- `rounds`: conditions for all ranges, those on teammates after what they ask
- `job`: one evaluation, range by range
- `evaluate`: catalogue and moment → members
- `crossed`: what time alone may change between two instants, for many owners at once
- `foreseen`: what a condition will come to say as time goes by
- `foresight`: the same of rules, for a slice
- `upcoming`: whom time alone will move into or out of segments, and when
"""

from segql.engines.sets.course import Cancelled
from segql.engines.sets.evaluate import Result, count, evaluate
from segql.engines.sets.upcoming import ASK, Upcoming, upcoming

__all__ = ["ASK", "Cancelled", "Result", "Upcoming", "count", "evaluate", "upcoming"]

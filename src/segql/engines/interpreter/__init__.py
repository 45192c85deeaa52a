"""One profile at one moment: the reference that every other engine must agree with.

In: a core rule, a moment, and `Facts` about a profile. Out: yes or no, and until when. It never
reads a clock or a file; what it knows of a profile it asks `Facts`.

- `facts`: Protocol: what may be asked about a profile
- `document`: the parts of a profile document, checked
- `memory`: a plain mapping as facts
- `predicates`: predicates bound to a moment, and how they combine
- `checks`: tests as checks on a raw value
- `keyed`: tests on what stands under one key, in one call
- `attributes`: tests on traits, fields, answers and properties
- `comparisons`: two attributes compared with each other
- `aggregates`: what `having` tests
- `behaviour`: did, counts, days, regularity, first and last
- `sequences`: steps in order inside a length
- `holds`: rule as closures, built once; bound to a moment, then called with facts
- `spells`: a verdict and how long it lasts, and how they combine
- `value_edges`: when time changes a test on a value
- `behaviour_edges`: when time changes a condition on behaviour
- `sequence_edges`: when time changes a sequence
- `edges`: when time alone changes a verdict
"""

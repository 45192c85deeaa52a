"""Why a rule holds for one profile, or does not; what would flip it, and when time will.

In: the rule as written, `Facts` about a profile, and a moment. Out: `model.why.Why`, a verdict with
its evidence for every node. Every verdict is the interpreter's own, and so is every promise: a plan
is tried before it is offered.

- `wording`: conditions and values in words
- `altered`: a profile with changes made to it, as facts and as a document
- `fitting`: values that pass a test or fail it
- `value_changes`: plans that may flip a test on a value
- `behaviour_changes`: plans that may flip a condition on behaviour
- `sequence_changes`: plans that may flip a sequence
- `flips`: what would flip a rule: plans, each tried
- `evidence`: what a condition found
- `explain`: rule as written and facts to why
"""

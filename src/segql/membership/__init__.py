"""Changes in, flips out: who enters and leaves which segment, exactly.

- `affected`: what changed, and an index of the rules that read it
- `selection`: the rules that one event can matter to
- `insiders`: who is known to be in which segments, until somebody flips
- `catalog`: checked segments of the project, in order of dependency, by revision
- `pace`: work that waits, done in short transactions
- `firing`: which lines of a segment its flips and stays fire, into the outbox
- `archiving`: segments taken out of use; their members leave, in chunks
- `application`: what a bulk computation found of one segment, applied in chunks
- `questions`: which rules are to be asked about which profiles, and why
- `reach`: what is due, and whom it has reached
- `asking`: the rules of a catalogue, asked about stored profiles at one moment
- `teams`: the accounts of the profiles that one transaction touches: few, or many
- `sitting`: one write transaction: who is in which segment among the profiles it touches
- `passing`: time edges gone through, each at its own instant
- `arrears`: what profiles should have been before: definitions, time edges, accounts
- `accounts`: what happened to an account reaches its profiles, many of them in chunks
- `lists`: profiles put on a fixed list, or taken off; what reads it follows, many in chunks
- `advance`: everybody brought through the time edges up to now, in chunks
- `define`: everybody evaluated in bulk, the difference applied silently, in chunks
"""

"""Syntax in, core rule out: the meaning, with every shorthand gone. Never touches data.

- `rule`: the core rule; about a dozen frozen nodes
- `shape`: the only code that knows how nodes nest: children, rebuild, walk
- `windows`: points in time and windows as written to relative half-open windows
- `attributes`: attribute tests as written to core tests
- `desugar`: written form to core form: `did not`, `none of`, `is detractor`
- `conditions`: a condition without what says nothing
- `canonical`: equal meaning to equal rule; the key that conditions are shared by
- `overlap`: windows without a moment: empty, apart, one inside the other
- `passing`: tests that exclude or imply one another
- `counts`: how often behaviour happened, at least and at most
- `fields`: tests of fields that always or never hold
- `contradictions`: what never holds together, or always holds, and why
- `placed`: attribute tests as written, with what stands round them
- `kinds`: which kind of value a test asks for
- `check_names`: names that the vocabulary does not know
- `check_values`: values that do not fit what is stored
- `check_logic`: conditions that never hold, or always
- `check`: a rule's text and a vocabulary to diagnostics
- `reads`: what a rule depends on: traits, events, surveys, segments, time
- `calendar_edges`: the local midnights at which a rule's windows move for everybody
- `order`: segments in order of dependency; the path of a cycle
"""

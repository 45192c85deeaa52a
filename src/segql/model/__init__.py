"""The nouns and their arithmetic; pure, no input or output.

- `errors`: SegqlError and the few kinds below it, by what a caller should do
- `instants`: instants in ms UTC, ISO 8601 in and out, Moment (now and zone)
- `display`: values as people read them: shares, bars, control characters made visible
- `durations`: exact lengths and calendar steps; 30d and 1mo
- `calendar`: local days, calendar steps, edges of calendar units
- `windows`: half-open windows with relative edges, and how they become absolute
- `crossings`: when time alone takes an instant into a window, or out of it
- `deliveries`: what a segment's lines ask for: whom to tell of what, how often
- `values`: trait values: kinds, elements, paths, reading as a date; missing is None
- `casefold`: simple case folding, one code point to one
- `patterns`: RE2 patterns, limited in size
- `fields`: the fields kept by the system and what each is
- `rounding`: sums and averages to 6 decimals, the same on every engine
- `sampling`: the stable share of a profile, the same on every engine
- `vocabulary`: Protocol: which names exist, of what kind, how often
- `listing`: the parts of a hand-written vocabulary, checked
- `listed`: a vocabulary in memory, listed by hand
- `calls`: the calls that bring data in, and what became of each
- `flips`: who enters or leaves which segment, when, because of what
- `changes`: what would flip a verdict: changes to a profile
- `why`: a verdict with its evidence, as a value
"""

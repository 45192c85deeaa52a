"""Text in, the rule as written out, and back; knows nothing of what names mean.

A mistake in a text is a diagnostic, never an exception; `RuleError` carries them where a rule is
asked for. Nothing here touches data.

- `source`: spans of a text, lines and columns
- `syntax`: the rule as written: a node per form, with its span
- `near`: words that are nearly the same
- `diagnostics`: Diagnostic, Fix, RuleError, and messages of whole rules
- `lexical`: messages about single tokens and limits
- `refusals`: messages about what the grammar takes but the language refuses
- `refusals_units`: messages about counts of calendar units
- `write`: how the leaves of a rule are written
- `tokens`: what a token is, and the patterns that cut a text
- `limits`: limits of §6, looked for among tokens
- `scan`: text → tokens, with mistakes of single ones
- `places`: where names and values are expected among tokens
- `mentions`: the names of data that a text mentions, and where
- `unknown`: messages about names and values that the data do not know
- `suspects`: tokens at which there may be a slip
- `slips`: what people type from other languages, and what they meant
- `lalr`: drives tables of the grammar over tokens
- `tables`: segql.lark as tables, read or computed
- `build_values`: parser callbacks: values, points in time, lengths
- `build_attributes`: parser callbacks: operands and tests
- `clauses`: parser callbacks: clauses of behaviour, and which may stand where
- `build`: parser callbacks: logic, conditions, segments, files
- `grammar`: tokens → syntax nodes, or where the grammar does not go on
- `stops`: where the parser stopped, and what stands round it
- `guesses_clauses`: the likeliest mistakes in clauses
- `guesses_phrases`: phrases of English and other languages
- `guesses_sides`: what people write the other way round, or from the middle
- `guesses_forms`: the likeliest mistakes in changes, calendar units, teammates
- `guesses_habits`: what people write as in SQL, in Python or in plain English
- `guesses`: the likeliest mistakes, each by itself
- `expected`: parser state → "expected a value, found `and`"
- `recover`: reading on behind a mistake
- `compared`: comparisons that can never hold
- `foreign`: whole texts in another notation
- `validate`: what is wrong or odd about a rule that the grammar takes
- `parse`: a rule's text → syntax and diagnostics
- `files`: .segql files: bytes → segments and diagnostics
- `comments`: tokens and comments as the formatter needs them
- `layout`: pieces → lines of at most 100 columns
- `write_rules`: a rule → pieces
- `write_files`: a file → pieces
- `format`: syntax → the one way to write it, comments in place
- `file_texts`: the texts of whole files for other programs
- `references`: references between segments, and renaming them
- `json_write`: syntax → JSON
- `json_place`: places in JSON, for messages
- `json_operands`: JSON → what a test looks at
- `json_tests`: JSON → tests, values, windows
- `json_read`: JSON → syntax
- `json`: syntax ↔ JSON
- `json_files`: files of segments ↔ JSON
- `cells`: a line as a terminal shows it
- `render`: a diagnostic for people
- `tools`: a diagnostic for tools: JSON, and annotations of GitHub
"""

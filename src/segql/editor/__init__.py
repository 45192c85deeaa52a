"""Text and cursor in, what an editor shows out; knows no screen and no protocol.

Works on half-written text: everything here answers as well as it can, and raises for no text.
Offsets count code points from 0; `language.source` has lines, columns and UTF-16 columns.

- `scopes`: what pieces of a text are, and the names that stand in it
- `roles`: what each token stands for in its place
- `highlight`: text → pieces with scopes, for colours
- `definition`: segments that a text defines and refers to
- `words`: what each word of the language means, with an example
- `evidence`: what the data say about a name, in words
- `stand`: where the parser stands after the beginning of a text, and what it would take
- `cursor`: text and position → what is being written there, and what stands before it
- `knowledge`: what the vocabulary knows about the names at a place
- `phrases`: words of the grammar that belong together
- `fitting`: phrases that the language refuses, or that do not fit the data
- `offers`: what may stand at a place
- `names`: names, with what the data say about them
- `values`: values of an operand, written as in a rule
- `placeholders`: things of the right kind to write over
- `gather`: everything that may stand at a place
- `matching`: what is typed against names
- `complete`: text and position → what may be written there
- `hover`: text and position → what stands there, in words
- `outline`: the condition round a position, and parentheses that belong together
"""

"""Text and cursor in, what an editor shows out; knows no screen and no protocol.

Works on half-written text: everything here answers as well as it can, and raises for no text.
Offsets count code points from 0; `language.source` has lines, columns and UTF-16 columns.

- `scopes`: what pieces of a text are, and the names that stand in it
- `roles`: what each token stands for in its place
- `highlight`: text → pieces with scopes, for colours
"""

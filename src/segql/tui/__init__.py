"""The terminal UI: where people write, preview and save segments. Textual is imported here alone.

Screens show what jobs of `segql.app` give and start others; they decide nothing about segments.
Every text that comes from data is made visible before it reaches the terminal.

- `session`: a project's database as the screens use it
- `keys`: every key, by the id that `segql.toml` calls it by
- `dialogs`: failures with text to copy; questions before something is destroyed
- `page`: what the main screens share
- `tables`: tables of rows with keys, filled anew without losing the place
- `why_view`: the verdict on a rule for one profile
- `go`: `:` goes to a segment or profile by a few letters
- `help`: what the screen in front is for, and its keys
- `profile`: the screen of one profile
- `segment`: the screen of one segment
- `segments`: the screen of all segments
- `main`: the app
"""

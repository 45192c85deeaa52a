"""The terminal UI: where people write, preview and save segments. Textual is imported here alone.

Screens show what jobs of `segql.app` give and start others; they decide nothing about segments.
Every text that comes from data is made visible before it reaches the terminal.

- `session`: a project's database as the screens use it
- `keys`: every key, by the id that `segql.toml` calls it by
- `dialogs`: failures with text to copy; questions before something is destroyed
- `page`: what the main screens share
- `segments`: the screen of all segments
- `main`: the app
"""

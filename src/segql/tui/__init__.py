"""The terminal UI: where people write, preview and save segments. Textual is imported here alone.

Screens show what jobs of `segql.app` give and start others; they decide nothing about segments.
Every text that comes from data is made visible before it reaches the terminal.

- `keys`: every key, by the id that `segql.toml` calls it by
- `session`: a project's database as the screens use it
- `looks`: styles of pieces of text
- `words`: text on the screen that costs nothing while it stays the same
- `dialogs`: failures with text to copy; questions before something is destroyed
- `ground`: the dialog about a database that cannot be used
- `columns`: columns of tables: how wide each is, a row as one line
- `tables`: tables of rows with keys, drawn line by line, filled anew without losing the place
- `page`: what the main screens share
- `failing`: what the app does about failures
- `filtering`: letters typed on a table say which rows it shows
- `why_view`: the verdict on a rule for one profile
- `go`: `:` goes to a segment or profile by a few letters
- `help`: what the screen in front is for, and its keys
- `profile`: the screen of one profile
- `flips`: tables of flips, with the reasons in words
- `feed`: the live feed of flips
- `drafts`: texts under way
- `keeping`: texts under way on disk, in a file per running app
- `about`: versions, files in force, the database and the terminal
- `documents`: segments, revisions and files as texts to write on
- `completion`: the dropdown beside the cursor
- `colours`: looks of pieces of the text
- `editor`: the editor, coloured, with marks at mistakes
- `diagnostics_list`: what is to be said of the text, below it
- `writing`: the pane with the editor in it
- `navigator`: segments and vocabulary beside the editor
- `assessment`: a text looked at while it is written
- `preview`: the live preview
- `opening`: the dialog to open something
- `paths`: the dialog that asks for a file
- `effects`: what saving would do, in words and colours
- `saving`: the dialog that shows what saving does, and does it
- `comparison`: two revisions beside each other
- `revisions`: every text that a segment has had
- `members`: the members of a segment, of now or of an instant
- `past`: entries and exits of a segment
- `growth`: how a segment has grown, as a curve
- `exporting`: the dialog that writes members into a file
- `segment`: the screen of one segment
- `segments`: the screen of all segments
- `texts`: a screen with a text in front, opened, saved, kept
- `author`: the screen to write segments on
- `served`: the process behind one page of a browser
- `main`: the app
- `web`: the app in a browser
"""

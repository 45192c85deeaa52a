"""One module per job that a person does, `now` an argument of each.

- `config`: `segql.toml`: what a project and whoever works on it have set
- `project`: an open project: database, time zone, catalog
- `lines`: what is common to rows of every format: bad ones, lines that cannot be read
- `csv_rows`: CSV row by row, past rows that spoil those behind them
- `jsonl_rows`: JSON Lines object by object
- `files`: files of rows: format, encoding, header
- `cells`: texts of a cell as values and times
- `rejects`: rows that could not be imported
- `import_options`: what to read from where in a file
- `import_report`: what an import says of itself
- `import_columns`: which column of a CSV holds what
- `import_items`: parts of a row as what the store takes
- `import_csv`: cells as what the store takes
- `import_jsonl`: objects as what the store takes
- `import_batches`: rows built and stored batch by batch
- `imports`: files of profiles, events and responses into the store
- `case_people`: people as files of cases describe them
- `cases`: files of cases: people, and who of them a rule or a segment takes in
- `audience`: who is in a segment, for how many a rule holds
- `segments`: plan, define, rename, archive, recompute
- `sources`: .segql files as a project's sources
- `formatting`: .segql files brought into canonical form
- `segment_tests`: tests beside segments: cases against the .segql files beside them
- `follow`: imports that membership follows
- `ingest`: identify and track: data in, membership follows
- `profiles`: one profile: its traits, recent events, segments; why it is in one, or not
- `embedding`: the project as other programs embed it
"""

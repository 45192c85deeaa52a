"""Changes in, flips out: who enters and leaves which segment, exactly.

- `catalog`: checked segments of the project, in order of dependency, by revision
- `affected`: what changed, and which segments read it
- `live`: one profile re-checked when its data change
- `define`: everybody evaluated in bulk, the difference applied silently
"""

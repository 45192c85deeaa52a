"""Core rule in, who holds out; engines that must agree.

- `interpreter`: one profile; the reference
- `explanation`: why a rule holds for one profile, or not, and what would flip it
- `sets`: all profiles of the store
"""

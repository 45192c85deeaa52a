"""Core rule in, who holds out; engines that must agree.

- `interpreter`: one profile; the reference
- `sets`: all profiles of the store
"""

"""Which segments profiles are in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from segql.store.driver import Connection

_OF_PROFILES: Final = """
    select members.profile, segment
      from json_each(?) as wanted
     cross join members
        on members.profile = wanted.value
"""
_AMONG: Final = """
    select wanted.key
      from json_each(?) as wanted
     cross join members indexed by members_profile
        on members.profile = wanted.value >> 30
       and segment = wanted.value & 1073741823
"""


def segments_of(connection: Connection, profiles: Iterable[int]) -> dict[int, set[int]]:
    """The segments that each of `profiles` is in, archived ones too, by internal ids."""
    found: dict[int, set[int]] = {profile: set() for profile in profiles}
    for profile, segment in connection.execute(_OF_PROFILES, (json.dumps(list(found)),)):
        found[profile].add(segment)
    return found


def among(connection: Connection, pairs: Iterable[tuple[int, int]]) -> set[int]:
    """The indexes of those of the pairs, of a segment's and a profile's id, that are memberships.

    Pairs of one profile that follow each other are found quickest.
    """
    # Two ids as one number: lists of lists take longer to read.
    numbers = [profile << 30 | segment for segment, profile in pairs]
    return {number for (number,) in connection.execute(_AMONG, (str(numbers),))}

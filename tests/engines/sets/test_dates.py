"""Texts and numbers read as the same instants, one by one or all at once."""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

import numpy as np

from segql.engines.sets.dates import instants_of_numbers, instants_of_texts
from segql.engines.sets.scaled import MISSING
from segql.model.instants import read_instant
from segql.model.values import instant_in

ZONE = ZoneInfo("Europe/Zurich")


def test_many_texts_read_as_each_of_them_does() -> None:
    random = Random(1)
    texts = ["pro", "", "2026", "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z"]
    for _ in range(5000):
        year = random.choice((0, 1, 4, 100, 1900, 1969, 1970, 2000, 2023, 2024, 9999))
        date = f"{year:04d}-{random.randrange(14):02d}-{random.randrange(33):02d}"
        clock = f"{random.randrange(26):02d}:{random.randrange(62):02d}:{random.randrange(62):02d}"
        end = random.choice(("Z", ".000Z", ".999Z", "", "+01:00", ".5Z", "z", ".12Z"))
        texts += [f"{date}T{clock}{end}", f"{date} {clock}{end}", date]
    found = instants_of_texts(texts, ZONE)
    assert found is not None
    expected = [read_instant(text, ZONE) for text in texts]
    assert found.tolist() == [MISSING if one is None else one for one in expected]
    assert instants_of_texts(texts[:3], ZONE) is None


def test_numbers_read_as_each_of_them_does() -> None:
    numbers = [0.0, -0.5, 1e11, 1e11 - 1, -1e11, 1.9995, 2.5e14, 2.6e14, -6.3e13, 1e308, -1.0]
    expected = [instant_in(number, ZONE, numbers=True) for number in numbers]
    assert instants_of_numbers(np.array(numbers)).tolist() == [
        MISSING if one is None else one for one in expected
    ]

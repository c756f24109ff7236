"""Keys that only some architectures' cards have, and how they are checked."""

from __future__ import annotations

import pytest

from inference.card_key import (
    CardKey,
    fraction,
    number_above_zero,
    one_of,
    whole_number,
    whole_numbers,
)

KEYS = {
    "number": number_above_zero(example=1.5),
    "fraction": fraction(example=0.5),
    "whole": whole_number(10, example=3),
    "pair": whole_numbers(2, 10, example=[3, 4]),
    "choice": one_of("shared", "joint"),
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_the_example_of_a_key_is_accepted(key: CardKey) -> None:
    assert key.accepts(key.example)


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("value", [True, False, None, "", "3", [], [True, True], -1, {}, 1e9])
def test_what_no_key_may_hold_is_refused_by_each(key: CardKey, value: object) -> None:
    assert not key.accepts(value)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("number", [1e-9, 3], [0, 0.0, float("nan"), float("inf")]),
        ("fraction", [0, 0.0, 1], [1.01, -0.1, float("nan")]),
        ("whole", [1, 10], [0, 11, 2.0]),
        ("pair", [[1, 10]], [[1], [1, 2, 3], [0, 1], [1.0, 2], 3]),
        ("choice", ["joint"], ["Joint", ["joint"], 0]),
    ],
)
def test_each_key_keeps_its_bounds(name: str, good: list[object], bad: list[object]) -> None:
    assert all(map(KEYS[name].accepts, good))
    assert not any(map(KEYS[name].accepts, bad))

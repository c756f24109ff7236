"""What may stand behind a key of a model card that only some architectures have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CardKey:
    """How one key's value is checked, and what to say when it is wrong."""

    wanted: str
    """For people, after "must be"."""
    accepts: Callable[[object], bool]
    example: object
    """Stands in the card that an error message offers."""
    comment: str = ""
    """Stands behind the example."""


def number_above_zero(*, example: float, comment: str = "") -> CardKey:
    """A number above 0, whole or not."""
    return CardKey(
        wanted="a number above 0",
        accepts=lambda value: _is_number(value, 0.0, 1e6) and value != 0,
        example=example,
        comment=comment,
    )


def number(lowest: float, highest: float, *, example: float, comment: str = "") -> CardKey:
    """A number between two others, both included."""
    return CardKey(
        wanted=f"a number from {lowest:g} to {highest:g}",
        accepts=lambda value: _is_number(value, lowest, highest),
        example=example,
        comment=comment,
    )


def fraction(*, example: float, comment: str = "") -> CardKey:
    """A number from 0 to 1."""
    return CardKey(
        wanted="a number from 0 to 1",
        accepts=lambda value: _is_number(value, 0.0, 1.0),
        example=example,
        comment=comment,
    )


def whole_number(largest: int, *, smallest: int = 1, example: int, comment: str = "") -> CardKey:
    """A whole number from `smallest` on."""
    return CardKey(
        wanted=f"a whole number from {smallest} to {largest}",
        accepts=lambda value: _is_whole(value, largest, smallest),
        example=example,
        comment=comment,
    )


def whole_numbers(count: int, largest: int, *, example: list[int], comment: str = "") -> CardKey:
    """A list of `count` whole numbers from 1 on."""
    return CardKey(
        wanted=f"a list of {count} whole numbers from 1 to {largest}",
        accepts=lambda value: (
            isinstance(value, list)
            and len(value) == count
            and all(_is_whole(one, largest) for one in value)
        ),
        example=example,
        comment=comment,
    )


def one_of(*choices: str, comment: str = "") -> CardKey:
    """One of some texts; the first is the example."""
    return CardKey(
        wanted=" or ".join(f'"{choice}"' for choice in choices),
        accepts=lambda value: value in choices,
        example=choices[0],
        comment=comment,
    )


def _is_number(value: object, lowest: float, highest: float) -> bool:
    # True and False are whole numbers to Python, and no answer to a question for one.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return lowest <= value <= highest


def _is_whole(value: object, largest: int, smallest: int = 1) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and smallest <= value <= largest

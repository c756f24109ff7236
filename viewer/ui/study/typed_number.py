"""A percentage typed key by key."""

from __future__ import annotations

_LARGEST = 100.0


class TypedNumber:
    """Collects digits into a number of 0 to 100 with at most one decimal."""

    def __init__(self) -> None:
        self._text = ""

    @property
    def text(self) -> str:
        """What was typed so far."""
        return self._text

    def clear(self) -> None:
        """Begin anew with the next digit."""
        self._text = ""

    def type(self, sign: str) -> float | None:
        """Add a digit or a decimal point; the number so far, None where there is none yet.

        A sign that would make it larger than 100 or finer than a tenth begins a new number if it
        is a digit, and is passed over otherwise.
        """
        sign = "." if sign == "," else sign
        longer = self._text + sign
        if _is_number(longer):
            self._text = longer
        elif sign.isdigit():
            self._text = sign
        return self.value

    def delete(self) -> float | None:
        """Take the last sign away; the number so far."""
        self._text = self._text[:-1]
        return self.value

    @property
    def value(self) -> float | None:
        """The number so far."""
        return float(self._text) if self._text.strip(".") else None


def _is_number(text: str) -> bool:
    whole, point, decimals = text.partition(".")
    if not all(part == "" or (part.isascii() and part.isdigit()) for part in (whole, decimals)):
        return False
    if len(decimals) > 1 or len(whole) > 3 or (point and not whole):
        return False
    if len(whole) > 1 and whole.startswith("0"):
        return False
    return float(text.rstrip(".") or 0) <= _LARGEST

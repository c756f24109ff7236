"""How cases of a table are called: exam/side where a case is a breast."""

from __future__ import annotations

_SIDES = ("L", "R")


def breast_name(exam: str, side: str) -> str:
    """The case's name; just the exam's where there is no side."""
    return f"{exam}/{side}" if side else exam


def exam_and_side(case: str) -> tuple[str, str]:
    """The two parts of a case's name; side "" where the case is not a breast."""
    exam, slash, side = case.rpartition("/")
    return (exam, side) if slash and side in _SIDES else (case, "")

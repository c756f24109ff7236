"""Dates and times of a header in words; what is none stays as it stands."""

from __future__ import annotations

import re
from datetime import date

_DATE = re.compile(r"([0-9]{4})([.-]?)([0-9]{2})\2([0-9]{2})")
_MOMENT = re.compile(
    r"(?P<day>[0-9]{8})(?: ?(?P<hour>[01][0-9]|2[0-3])(?P<minute>[0-5][0-9])"
    r"(?:[0-5][0-9]|60)?(?:\.[0-9]{1,6})?)?(?:[+-][0-9]{4})?"
)
"""DICOM DT, or DA and TM with a blank between; the offset of a time zone is not said."""


def date_words(stated: str) -> str:
    """Return a DICOM DA, also with dots or dashes, as 2024-06-10."""
    found = _DATE.fullmatch(stated)
    if found is None:
        return stated
    try:
        return date(int(found[1]), int(found[3]), int(found[4])).isoformat()
    except ValueError:
        return stated


def moment_words(stated: str) -> str:
    """Return a DICOM DT, or DA and TM with a blank between, as 2024-06-10 08:05."""
    found = _MOMENT.fullmatch(stated)
    if found is None:
        day, *rest = stated.split(" ", 1)
        return " ".join((date_words(day), *rest))
    day = date_words(found["day"])
    return f"{day} {found['hour']}:{found['minute']}" if found["hour"] else day

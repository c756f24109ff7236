"""Whether two studies are of one patient: by id, checked by name and birth date.

Identities are compared in memory and only here; nothing of them is returned but the outcome.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import lru_cache

from viewer.domain.exam import PatientIdentity

_NO_ID = frozenset(
    {
        "",
        "ANON",
        "ANONYM",
        "ANONYMIZED",
        "ANONYMISED",
        "ANONYMOUS",
        "DEIDENTIFIED",
        "DUMMY",
        "HIDDEN",
        "NA",
        "NAN",
        "NIL",
        "NOID",
        "NONAME",
        "NONE",
        "NOTAVAILABLE",
        "NULL",
        "PATIENT",
        "PATIENTID",
        "PATIENTNAME",
        "REDACTED",
        "REMOVED",
        "TEST",
        "UNKNOWN",
        "UNNAMED",
        "WITHHELD",
    }
)
"""Words that stand in an id or name where de-identification left none; without blanks and signs."""
_REMEMBERED = 1024
"""Spellings kept in memory: a list of exams is compared at every change of the screen."""
_ONE_SIGN = re.compile(r"([0X])\1*")
_NO_BIRTH_DATES = frozenset({"19000101", "00000000", "00010101", "11111111", "99991231"})


class PatientMatch(Enum):
    """What comparing two identities gave."""

    OTHER = "another patient, or an id that names none"
    SAME = "same id, and name or birth date agree"
    UNCHECKED = "same id; neither name nor birth date can be compared"
    NAME_DIFFERS = "same id, another name"
    BIRTH_DATE_DIFFERS = "same id, another birth date"
    BOTH_DIFFER = "same id, another name and another birth date"

    @property
    def is_doubtful(self) -> bool:
        """True when the reader has to confirm that both studies are of one patient."""
        return self in _DOUBTFUL


_DOUBTFUL = frozenset(
    {PatientMatch.NAME_DIFFERS, PatientMatch.BIRTH_DATE_DIFFERS, PatientMatch.BOTH_DIFFER}
)


def match_of(one: PatientIdentity, other: PatientIdentity) -> PatientMatch:
    """Compare two identities; an id that is empty or made anonymous never matches.

    A name or birth date that one of them lacks contradicts nothing.
    """
    if normal_id(one.patient_id) is None:
        return PatientMatch.OTHER
    if normal_id(one.patient_id) != normal_id(other.patient_id):
        return PatientMatch.OTHER
    names = _agree(normal_name(one.name), normal_name(other.name))
    births = _agree(normal_birth_date(one.birth_date), normal_birth_date(other.birth_date))
    if names is False and births is False:
        return PatientMatch.BOTH_DIFFER
    if names is False:
        return PatientMatch.NAME_DIFFERS
    if births is False:
        return PatientMatch.BIRTH_DATE_DIFFERS
    return PatientMatch.UNCHECKED if names is births is None else PatientMatch.SAME


@lru_cache(maxsize=_REMEMBERED)
def normal_id(patient_id: str) -> str | None:
    """A patient id as it is compared: upper case, without blanks; None when it names nobody."""
    letters = "".join(c for c in _plain(patient_id) if c.isalnum())
    if letters in _NO_ID or _ONE_SIGN.fullmatch(letters):
        return None
    return "".join(_plain(patient_id).split())


@lru_cache(maxsize=_REMEMBERED)
def normal_name(name: str) -> tuple[str, ...] | None:
    """A name's parts as they are compared (DICOM PS3.5 6.2.1); None when there is none.

    Only the first component group counts (other scripts follow it); case, accents, signs, and
    whether parts are separated by a caret, a comma or a blank do not.
    """
    alphabetic = name.split("=")[0]
    letters = (c if c.isalnum() else " " for c in _plain(alphabetic).replace("'", ""))
    parts = tuple("".join(letters).split())
    joined = "".join(parts)
    return None if joined in _NO_ID or _ONE_SIGN.fullmatch(joined) else parts


def normal_birth_date(birth_date: str) -> str | None:
    """A birth date's eight digits; None when there is none, or one that stands for none."""
    digits = "".join(c for c in birth_date if c.isdigit())
    return None if len(digits) != 8 or digits in _NO_BIRTH_DATES else digits


def _plain(text: str) -> str:
    """Upper case, without accents."""
    # Case after decomposition: a ligature or a sharp s becomes the letters it stands for.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).upper())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _agree(one: object | None, other: object | None) -> bool | None:
    """Whether two values are the same; None when one is absent."""
    return None if one is None or other is None else one == other

"""The studies of one patient: which are priors of which, and the time between them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from enum import Enum

from viewer.domain.exam import Exam
from viewer.domain.patient_match import PatientMatch, match_of

_MONTHS = 12
NOBODY: Set[str] = frozenset()


class Order(Enum):
    """When a study was made, seen from another one; the value sorts priors."""

    EARLIER = 0
    SAME_DAY = 1
    UNKNOWN = 2
    """One of the two has no readable date."""
    LATER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRelation:
    """Another study with the patient id of an exam."""

    exam: Exam
    order: Order
    between: str
    """The time between in words, such as "1 y 11 mo earlier"; "date unknown"."""
    match: PatientMatch
    confirmed: bool
    """False while name or birth date contradict and the reader has not confirmed the patient."""

    @property
    def is_prior(self) -> bool:
        """True for what may hang as a prior: of this patient, and not made later."""
        return self.confirmed and self.order is not Order.LATER

    @property
    def words(self) -> str:
        """What a pane that shows the study says of it, without a date."""
        title = "prior" if self.order is Order.EARLIER else "other exam"
        return f"{title}, {self.between}"

    @property
    def doubt(self) -> str | None:
        """A sentence that the screen must show, or None; it holds nothing of the identity."""
        if self.match.is_doubtful:
            return f"{_DOUBTS[self.match]}{'; confirmed as the same patient' * self.confirmed}."
        if self.match is PatientMatch.UNCHECKED:
            return "Same patient id; no name or birth date to check it by."
        return None


_DOUBTS = {
    PatientMatch.NAME_DIFFERS: "Same patient id, but another name",
    PatientMatch.BIRTH_DATE_DIFFERS: "Same patient id, but another birth date",
    PatientMatch.BOTH_DIFFER: "Same patient id, but another name and birth date",
}


def priors_of(exam: Exam, exams: Iterable[Exam], confirmed: Set[str] = NOBODY) -> tuple[Exam, ...]:
    """The studies that hang as priors of an exam, the newest of the earlier ones first.

    After the earlier ones come those of the same day, then those without a readable date; later
    ones are no priors. A study whose name or birth date contradicts is none either until their
    `pair` is in `confirmed`.
    """
    related = related_studies(exam, exams, confirmed)
    return tuple(relation.exam for relation in related if relation.is_prior)


def related_studies(
    exam: Exam, exams: Iterable[Exam], confirmed: Set[str] = NOBODY
) -> tuple[StudyRelation, ...]:
    """Every other study with the same patient id, in the order of `priors_of`, later ones last."""
    found = [relation_of(exam, other, confirmed) for other in exams]
    return tuple(sorted((r for r in found if r is not None), key=_place))


def relation_of(exam: Exam, other: Exam, confirmed: Set[str] = NOBODY) -> StudyRelation | None:
    """How another study relates to an exam; None when it is the exam, or another patient's."""
    if other.exam_id == exam.exam_id:
        return None
    match = match_of(exam.identity, other.identity)
    if match is PatientMatch.OTHER:
        return None
    before, after = study_date(other), study_date(exam)
    return StudyRelation(
        exam=other,
        order=_order(before, after),
        between=time_between(before, after),
        match=match,
        confirmed=not match.is_doubtful or pair(exam, other) in confirmed,
    )


def newest_of(exam: Exam, exams: Iterable[Exam], confirmed: Set[str] = NOBODY) -> Exam:
    """The newest study of an exam's patient: the current one; the exam itself when none is."""
    later = [r for r in related_studies(exam, exams, confirmed) if r.order is Order.LATER]
    newest = [r.exam for r in later if r.confirmed]
    return max(newest, key=lambda other: study_date(other) or date.min, default=exam)


def pair(exam: Exam, other: Exam) -> str:
    """What stands for a reader's word that two studies are of one patient: a hash.

    It is of both studies and of the identities that were compared, in either order, so that it
    says nothing of them and does not hold when one of them is changed.
    """
    said = sorted("\x1f".join(_compared(one)) for one in (exam, other))
    joined = "\x1e".join(said).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def _compared(exam: Exam) -> tuple[str, ...]:
    who = exam.identity
    return exam.exam_id, who.patient_id, who.name, who.birth_date


def study_date(exam: Exam) -> date | None:
    """The day a study was made (DICOM DA, also with dots or dashes); None when not readable."""
    stated = exam.identity.study_date.strip()
    digits = stated.replace(".", "").replace("-", "")
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def time_between(before: date | None, after: date | None) -> str:
    """In words how much earlier or later `before` is than `after`, in whole months or days."""
    if before is None or after is None:
        return "date unknown"
    if before == after:
        return "same day"
    direction = "earlier" if before < after else "later"
    first, last = sorted((before, after))
    months = (last.year - first.year) * _MONTHS + last.month - first.month
    months -= last.day < first.day
    if months == 0:
        return f"{(last - first).days} d {direction}"
    years, months = divmod(months, _MONTHS)
    parts = (f"{years} y" * bool(years), f"{months} mo" * bool(months), direction)
    return " ".join(part for part in parts if part)


def _order(before: date | None, after: date | None) -> Order:
    if before is None or after is None:
        return Order.UNKNOWN
    if before == after:
        return Order.SAME_DAY
    return Order.EARLIER if before < after else Order.LATER


def _place(relation: StudyRelation) -> tuple[int, int, str]:
    day = study_date(relation.exam)
    return relation.order.value, -day.toordinal() if day else 0, relation.exam.exam_id

"""A worklist: the exams a reader has before them, with what is known from headers alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from viewer.domain.exam import Exam
from viewer.domain.patient_match import normal_id
from viewer.domain.patient_studies import Order, related_studies
from viewer.domain.worklist_order import WorklistOrder

_STANDARD = "RCC LCC RMLO LMLO"


class ReadingStatus(Enum):
    """How far a reader is with an exam; the value is what the screen says."""

    UNREAD = "unread"
    OPEN = "open"
    """It has been on screen."""
    READ = "read"
    """The reader marked it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WorklistRow:
    """One exam of the list, or a line that names none; the same only when it is the same object."""

    title: str
    """The exam's alias; of a line without exam, what it is called in the list."""
    exam: Exam | None = None
    """Headers only; None where there is a problem."""
    priority: str = ""
    note: str = ""
    problem: str = ""
    """Why the line cannot be opened; empty when it can."""
    number: int = 0
    """Its place among the rows as they were found."""

    @property
    def exam_id(self) -> str | None:
        """The exam's hash."""
        return None if self.exam is None else self.exam.exam_id


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistFilter:
    """Which rows are listed."""

    text: str = ""
    """Every word must occur in the row."""
    status: ReadingStatus | None = None
    priors: bool = False
    """Whether exams are listed of whose patient a newer one is in the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """All rows in reading order, and how they are looked at."""

    rows: tuple[WorklistRow, ...] = ()
    order: WorklistOrder = field(default_factory=WorklistOrder)
    statuses: Mapping[str, ReadingStatus] = field(default_factory=dict)
    """By exam id; exams that are absent are unread."""
    filter: WorklistFilter = field(default_factory=WorklistFilter)
    visible: bool = False
    """Whether the list is on screen, in place of the images."""
    wanted: str | None = None
    """The exam that is to hang as soon as it is read."""
    ai_words: Mapping[str, str] = field(default_factory=dict)
    """What was known of the AI, by id of an exam that is closed now."""

    def status(self, exam_id: str | None) -> ReadingStatus:
        """How far the reader is with an exam."""
        return self.statuses.get(exam_id or "", ReadingStatus.UNREAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistLine:
    """A row together with what the other rows say of its patient."""

    row: WorklistRow
    priors: int = 0
    doubtful: int = 0
    """Studies with this patient id whose name or birth date contradicts."""
    is_prior: bool = False
    """True when a newer study of this patient is in the list."""


@lru_cache(maxsize=4)
def lines_of(
    rows: tuple[WorklistRow, ...], confirmed: frozenset[str] = frozenset()
) -> tuple[WorklistLine, ...]:
    """Count every row's priors among the other rows; kept, since every step asks for it."""
    patients = _by_patient(rows)
    return tuple(_line(row, patients, confirmed) for row in rows)


def listed(
    worklist: Worklist,
    confirmed: frozenset[str] = frozenset(),
    *,
    identity: bool = False,
) -> tuple[WorklistLine, ...]:
    """The lines that the filter lets through, in order; identity: whether names are searched."""
    words = worklist.filter.text.casefold().split()
    return tuple(
        line
        for line in lines_of(worklist.rows, confirmed)
        if _passes(line, worklist)
        and all(word in _searched(line.row, identity=identity) for word in words)
    )


def kinds_text(exam: Exam) -> str:
    """The kinds of an exam's images, such as "DBT, FFDM"."""
    return ", ".join(dict.fromkeys(image.kind.value for image in exam.images))


def views_text(exam: Exam) -> str:
    """The views with how many images each has where it is more than one, such as "RCC, LCC 2"."""
    counts = Counter(image.title for image in exam.images)
    ordered = sorted(counts, key=lambda view: (view not in _STANDARD, _STANDARD.find(view), view))
    return ", ".join(view if counts[view] == 1 else f"{view} {counts[view]}" for view in ordered)


def _by_patient(rows: Iterable[WorklistRow]) -> Mapping[str, Sequence[Exam]]:
    patients: defaultdict[str, list[Exam]] = defaultdict(list)
    for row in rows:
        patient = None if row.exam is None else normal_id(row.exam.identity.patient_id)
        if row.exam is not None and patient is not None:
            patients[patient].append(row.exam)
    return patients


def _line(
    row: WorklistRow, patients: Mapping[str, Sequence[Exam]], confirmed: Set[str]
) -> WorklistLine:
    if row.exam is None:
        return WorklistLine(row=row)
    patient = normal_id(row.exam.identity.patient_id)
    others = patients.get(patient, ()) if patient is not None else ()
    related = related_studies(row.exam, others, confirmed)
    return WorklistLine(
        row=row,
        priors=sum(relation.is_prior for relation in related),
        doubtful=sum(not relation.confirmed for relation in related),
        is_prior=any(r.order is Order.LATER and r.confirmed for r in related),
    )


def _passes(line: WorklistLine, worklist: Worklist) -> bool:
    chosen = worklist.filter
    if line.is_prior and not chosen.priors:
        return False
    if chosen.status is None:
        return True
    return not line.row.problem and worklist.status(line.row.exam_id) is chosen.status


def _searched(row: WorklistRow, *, identity: bool) -> str:
    parts = [row.title, row.note, row.priority, row.problem]
    if row.exam is not None:
        parts += [kinds_text(row.exam), views_text(row.exam)]
        if identity:
            parts += [row.exam.identity.name, row.exam.identity.patient_id]
    return " ".join(parts).replace("^", " ").casefold()

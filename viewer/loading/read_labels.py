"""Label tables of an evaluation: which images or breasts show a benign or malignant finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from viewer.loading.case_key import CaseKey, CaseKeys
from viewer.loading.phantom_truth import PHANTOM_COLUMNS, PhantomExams
from viewer.loading.table_errors import TableError
from viewer.loading.table_text import Row, header_of, read_text, rows_of

_HINT = (
    "columns: image, or exam (also file, StudyUID) with laterality and for single images view; "
    "benign and malignant (or Cancer) as 0 or 1; as far as known patient"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is known of one image or breast."""

    key: CaseKey
    benign: bool | None
    malignant: bool | None
    patient: str = ""
    """Who belongs together; "" means that the exam stands for its patient."""


def read_labels(path: Path) -> tuple[Label, ...]:
    """Read a label table: our own layout, that of BCS-DBT, or the truth of a phantom folder.

    Breasts of phantom exams without a row are normal. Raises TableError naming the row.
    """
    text = read_text(path)
    header = frozenset(header_of(text))
    try:
        if header >= PHANTOM_COLUMNS:
            return _of_phantoms(rows_of(text), path)
        malignant = "malignant" if "malignant" in header else "cancer"
        if malignant not in header and "benign" not in header:
            raise TableError("it has neither a column malignant nor a column benign", hint=_HINT)
        if not header & {"image", "exam", "studyuid", "file"}:
            raise TableError("no column names an image or an exam", hint=_HINT)
        keys = CaseKeys(path)
        return tuple(_label(row, keys, malignant) for row in rows_of(text))
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint) from error


def _label(row: Row, keys: CaseKeys, malignant: str) -> Label:
    return Label(
        key=keys.key_of(row),
        benign=row.truth_in("benign") if row.maybe("benign") else None,
        malignant=row.truth_in(malignant) if row.maybe(malignant) else None,
        patient=row.maybe("patient") or row.maybe("patientid"),
    )


def _of_phantoms(rows: Iterable[Row], path: Path) -> tuple[Label, ...]:
    exams = PhantomExams(path)
    lesions = [exams.lesion(row) for row in rows]
    labels = []
    for breast in exams.breasts():
        own = [
            lesion
            for lesion in lesions
            if (lesion.key.exam, lesion.key.laterality) == (breast.exam, breast.laterality)
        ]
        labels.append(
            Label(
                key=breast,
                benign=any(not lesion.malignant for lesion in own),
                malignant=any(lesion.malignant for lesion in own),
            )
        )
    return tuple(labels)

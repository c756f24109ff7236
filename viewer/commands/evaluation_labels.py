"""Labels laid on predictions: what is known of every predicted image and breast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from viewer.analysis.evaluation_table import LeftOut
from viewer.loading.case_key import CaseKey, exam_name
from viewer.loading.read_labels import Label
from viewer.loading.read_predictions import PredictedImage, Predictions
from viewer.loading.table_errors import TableError

Truth = tuple[bool | None, bool | None]
"""Benign and malignant; None where it is not known."""
UNKNOWN: Truth = (None, None)
Breast = tuple[str, str]
"""Exam as predictions.csv has it, and side."""
_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTruth:
    """What is known; images by name."""

    images: Mapping[str, Truth]
    stated_breasts: Mapping[Breast, Truth]
    """From rows about whole breasts."""
    seen_breasts: Mapping[Breast, Truth]
    """What any labelled image of the breast shows."""
    patients: Mapping[str, str]
    """By exam; an exam that is absent stands for its own patient."""
    left_out: tuple[LeftOut, ...]

    def of_image(self, image: PredictedImage) -> Truth:
        """The label of an image: its own, else what is stated of its breast."""
        stated = self.stated_breasts.get((image.exam, image.laterality), UNKNOWN)
        return _first_known(self.images.get(image.image, UNKNOWN), stated)

    def of_breast(self, breast: Breast) -> Truth:
        """The label of a breast: as stated, else what its images show."""
        stated = self.stated_breasts.get(breast, UNKNOWN)
        return _first_known(stated, self.seen_breasts.get(breast, UNKNOWN))

    def patient_of(self, exam: str) -> str:
        """Who is resampled together; meaningless outside the program."""
        return self.patients.get(exam, exam)


def known_truth(labels: Sequence[Label], predictions: Predictions, table: str) -> KnownTruth:
    """Find the images of every label; raises TableError where labels contradict each other.

    table: its file name, for messages. Raises TableError too when no label fits any image.
    """
    index = ImageIndex(predictions.images)
    images, breasts = _Stated(table), _Stated(table)
    patients: dict[str, str] = {}
    unknown: list[Label] = []
    for label in labels:
        meant = index.meant(label.key)
        if not meant:
            unknown.append(label)
            continue
        if label.patient:
            for exam in {image.exam for image in meant}:
                patients[exam] = label.patient
        if label.key.is_breast:
            breasts.add((meant[0].exam, meant[0].laterality), label)
            continue
        for name in {image.image for image in meant}:
            images.add(name, label)
    if len(unknown) == len(labels):
        raise TableError(
            f"{table}: none of its {len(labels)} rows names an image of the predictions "
            f"(the first is {unknown[0].key.words})"
            if unknown
            else f"{table} has no labels",
            hint="name images or exams as predictions.csv does, such as "
            f"{predictions.images[0].image if predictions.images else '0_L-CC'}",
        )
    of_images = {str(name): truth for name, truth in images.truths.items()}
    return KnownTruth(
        images=of_images,
        stated_breasts={n: truth for n, truth in breasts.truths.items() if isinstance(n, tuple)},
        seen_breasts=_of_images(of_images, predictions.images),
        patients=patients,
        left_out=tuple(_unknown_rows(unknown, table)),
    )


def truth_of_predictions(predictions: Predictions) -> KnownTruth:
    """The labels that the exams' own tables gave when they were predicted."""
    images: dict[str, Truth] = {}
    for image in predictions.images:
        if image.benign_label is not None or image.malignant_label is not None:
            images[image.image] = (image.benign_label, image.malignant_label)
    if not images:
        raise TableError(
            "predictions.csv has no labels", hint="give a table of labels with --labels"
        )
    return KnownTruth(
        images=images,
        stated_breasts={},
        seen_breasts=_of_images(images, predictions.images),
        patients={},
        left_out=(),
    )


def rows_in_words(lines: Sequence[int]) -> str:
    """Line numbers as a sentence lists them; long lists are cut."""
    shown = ", ".join(str(line) for line in lines[:_LISTED])
    more = f" and {len(lines) - _LISTED} more" if len(lines) > _LISTED else ""
    return f"{'row' if len(lines) == 1 else 'rows'} {shown}{more}"


class ImageIndex:
    """Predicted images by exam and by name, so that large tables are matched quickly."""

    def __init__(self, images: Sequence[PredictedImage]) -> None:
        self._by_exam: dict[str, list[PredictedImage]] = {}
        self._by_name: dict[str, list[PredictedImage]] = {}
        for image in images:
            self._by_exam.setdefault(exam_name(image.exam), []).append(image)
            self._by_name.setdefault(image.image.casefold(), []).append(image)

    def meant(self, key: CaseKey) -> tuple[PredictedImage, ...]:
        """The predicted images that a row names, one for each model."""
        if key.image:
            return tuple(self._by_name.get(key.image.casefold(), ()))
        return tuple(
            image
            for image in self._by_exam.get(key.exam, ())
            if key.fits(
                exam=image.exam,
                image=image.image,
                laterality=image.laterality,
                view=image.view,
                kind=image.kind,
            )
        )


class _Stated:
    """Labels as they are stated, with the row of each."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._lines: dict[object, int] = {}
        self.truths: dict[str | Breast, Truth] = {}

    def add(self, name: str | Breast, label: Label) -> None:
        truth: Truth = (label.benign, label.malignant)
        if self.truths.setdefault(name, truth) != truth:
            kind = "image" if isinstance(name, str) else "breast"
            words = name if isinstance(name, str) else " ".join(name)
            raise TableError(
                f"{self._table}: rows {self._lines[name]} and {label.key.line} give the {kind} "
                f"{words} two labels",
                hint="keep the one that is right",
            )
        self._lines.setdefault(name, label.key.line)


def _of_images(
    images: Mapping[str, Truth], predicted: Iterable[PredictedImage]
) -> dict[Breast, Truth]:
    """A breast shows what any of its labelled images shows."""
    breasts: dict[Breast, Truth] = {}
    for image in predicted:
        truth = images.get(image.image)
        if truth is None or not image.laterality:
            continue
        before = breasts.get((image.exam, image.laterality), UNKNOWN)
        benign, malignant = (_either(a, b) for a, b in zip(before, truth, strict=True))
        breasts[image.exam, image.laterality] = (benign, malignant)
    return breasts


def _first_known(first: Truth, second: Truth) -> Truth:
    benign, malignant = (a if a is not None else b for a, b in zip(first, second, strict=True))
    return benign, malignant


def _either(first: bool | None, second: bool | None) -> bool | None:
    if first is None or second is None:
        return first if second is None else second
    return first or second


def _unknown_rows(unknown: Sequence[Label], table: str) -> Iterator[LeftOut]:
    stated = [label.key.line for label in unknown if label.key.line]
    if stated:
        yield LeftOut(
            what=f"{table}, {rows_in_words(stated)}",
            reason="names no image of the predictions",
        )
    unstated = len(unknown) - len(stated)
    if unstated:
        yield LeftOut(
            what=f"{unstated} breasts of exams beside {table}", reason="were not predicted"
        )

"""The tables a prediction run leaves: a row for an image, a breast, an exam, each by a model."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from enum import Enum
from pathlib import Path

from inference.breast_scores import BreastScore, ExamScore
from inference.series import SeriesPrediction
from inference.types import ModelIdentity, Prediction
from viewer.domain.exam import BreastLabel
from viewer.domain.image_stack import ImageStack
from viewer.export.atomic_write import replacing


class Status(Enum):
    """What became of an image; the value is what the table says."""

    DONE = "done"
    NO_SALIENT_REGION = "no salient region"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRow:
    """One image and one model; the fields are the columns of predictions.csv, in order."""

    exam: str
    image: str
    laterality: str = ""
    view: str = ""
    kind: str = ""
    slices: int | None = None
    model: str = ""
    benign: float | None = None
    malignant: float | None = None
    benign_global: float | None = None
    malignant_global: float | None = None
    benign_local: float | None = None
    malignant_local: float | None = None
    benign_label: int | None = None
    malignant_label: int | None = None
    status: Status
    reason: str = ""
    members: int | None = None
    """How many models are averaged."""
    augmentations: int | None = None
    """How many shifted and resized windows are averaged; 0: the window as it is."""
    seed: int | None = None
    """Of the augmentations."""
    series_score: float | None = None
    """Of a CT series, which has one score: its highest window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastRow:
    """One breast, one model, one modality, or all of them together; the columns of breasts.csv."""

    exam: str
    laterality: str
    model: str
    benign: float | None
    malignant: float | None
    images: int
    """How many predictions the scores are the mean of; of a two-view model, images it saw."""
    modality: str = ""
    """The kind of image, or "combined"."""
    members: int = 1
    missing: str = ""
    """Views and modalities that were not there or not scored."""
    left_out: str = ""
    """Views that were scored and do not count, such as ML or CC-S."""
    benign_cc: float | None = None
    """Of a two-view model: the score of one view with the other dropped."""
    malignant_cc: float | None = None
    benign_mlo: float | None = None
    malignant_mlo: float | None = None
    status: Status = Status.DONE
    reason: str = ""
    augmentations: str = ""
    """As of its images; "10 + 0" where models of a combined row differ."""
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamRow:
    """One exam, the higher of its breasts; the columns of exams.csv."""

    exam: str
    model: str
    benign: float
    malignant: float
    breasts: str
    """Which were scored: "R L"."""
    modality: str
    members: int
    missing: str
    augmentations: str = ""
    """As of its breasts."""
    seed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchRow:
    """One region the local network looked at; the columns of patches.csv.

    patch: its number on the screen, 1 for the most attended. slice, top, left: counted from 0, as
    in the public tomosynthesis box tables (the screen counts slices from 1). Pixels are those of
    the displayed image: anatomically up, left breasts facing right.
    """

    exam: str
    image: str
    model: str
    patch: int
    slice: int
    top: int
    left: int
    height: int
    width: int
    attention: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """One window of a CT series; the columns of windows.csv. Slices count from 0, as displayed."""

    exam: str
    image: str
    model: str
    window: int
    """From the first window on, counted from 0."""
    first_slice: int
    last_slice: int
    score: float


Row = PredictionRow | BreastRow | ExamRow | PatchRow | WindowRow


def model_name(identity: ModelIdentity) -> str:
    """How tables and captions call a model: name and version."""
    return f"{identity.name} {identity.version}"


def image_row(
    *,
    exam: str,
    name: str,
    image: ImageStack,
    label: BreastLabel | None,
    status: Status,
    reason: str = "",
    model: str = "",
) -> PredictionRow:
    """The row of an image without scores: what it is, and why it has none."""
    view = image.view
    return PredictionRow(
        exam=exam,
        image=name,
        laterality=view.laterality.value if view.laterality else "",
        view=view_words(image),
        kind=image.kind.value,
        slices=image.slices,
        model=model,
        benign_label=_as_number(label.benign) if label else None,
        malignant_label=_as_number(label.malignant) if label else None,
        status=status,
        reason=reason,
    )


def scored_row(
    *,
    exam: str,
    name: str,
    image: ImageStack,
    label: BreastLabel | None,
    prediction: Prediction,
    reason: str = "",
) -> PredictionRow:
    """The row of a scored image; a map without a salient region is said in `status`."""
    model = prediction.model
    row = image_row(
        exam=exam,
        name=name,
        image=image,
        label=label,
        model=model_name(model),
        status=Status.DONE if prediction.has_salient_region else Status.NO_SALIENT_REGION,
        reason=reason,
    )
    numbers: dict[str, float | int | None] = {
        "members": model.members,
        "augmentations": model.augmentations,
        "seed": model.seed if model.augmentations else None,
        "benign": prediction.scores.benign,
        "malignant": prediction.scores.malignant,
        "benign_global": prediction.global_scores.benign,
        "malignant_global": prediction.global_scores.malignant,
        "benign_local": prediction.local_scores.benign,
        "malignant_local": prediction.local_scores.malignant,
    }
    return PredictionRow(**{f.name: getattr(row, f.name) for f in fields(row)} | numbers)


def series_row(
    *,
    exam: str,
    name: str,
    image: ImageStack,
    label: BreastLabel | None,
    prediction: SeriesPrediction,
) -> PredictionRow:
    """The row of a scored CT series; how it came about is said in `reason`."""
    row = image_row(
        exam=exam,
        name=name,
        image=image,
        label=label,
        model=model_name(prediction.model),
        status=Status.DONE,
        reason=" ".join(prediction.notices),
    )
    return replace(row, series_score=prediction.score, members=prediction.model.members)


def window_rows(exam: str, name: str, prediction: SeriesPrediction) -> tuple[WindowRow, ...]:
    """A row for each window, from the first slice on."""
    return tuple(
        WindowRow(
            exam=exam,
            image=name,
            model=model_name(prediction.model),
            window=number,
            first_slice=window.first_slice,
            last_slice=window.last_slice,
            score=window.score,
        )
        for number, window in enumerate(prediction.windows)
    )


def breast_row(exam: str, breast: BreastScore) -> BreastRow:
    """The row of one breast."""
    return BreastRow(
        exam=exam,
        laterality=breast.laterality.value,
        model=_models(breast.models),
        benign=breast.scores.benign,
        malignant=breast.scores.malignant,
        images=breast.images,
        modality=breast.modality,
        members=sum(model.members for model in breast.models),
        missing="; ".join(breast.missing),
        left_out="; ".join(breast.left_out),
        augmentations=_augmentations(breast.models),
        seed=_seed(breast.models),
    )


def exam_row(exam: str, scored: ExamScore) -> ExamRow:
    """The row of one exam."""
    return ExamRow(
        exam=exam,
        model=_models(scored.models),
        benign=scored.scores.benign,
        malignant=scored.scores.malignant,
        breasts=" ".join(side.value for side in scored.breasts),
        modality=scored.modality,
        members=sum(model.members for model in scored.models),
        missing="; ".join(scored.missing),
        augmentations=_augmentations(scored.models),
        seed=_seed(scored.models),
    )


def _models(models: Sequence[ModelIdentity]) -> str:
    return " + ".join(map(model_name, models))


def _augmentations(models: Sequence[ModelIdentity]) -> str:
    """The number that all models have, else one for each, in the order of their names."""
    counts = [str(model.augmentations) for model in models]
    return counts[0] if len(set(counts)) == 1 else " + ".join(counts)


def _seed(models: Sequence[ModelIdentity]) -> str:
    """The seed of those that have augmentations."""
    seeds = dict.fromkeys(str(model.seed) for model in models if model.augmentations)
    return " + ".join(seeds)


def patch_rows(exam: str, name: str, prediction: Prediction) -> tuple[PatchRow, ...]:
    """A row for each patch, the most attended first."""
    return tuple(
        PatchRow(
            exam=exam,
            image=name,
            model=model_name(prediction.model),
            patch=number,
            slice=patch.slice_index,
            top=patch.box.top,
            left=patch.box.left,
            height=patch.box.height,
            width=patch.box.width,
            attention=patch.attention,
        )
        for number, patch in enumerate(prediction.patches_by_attention, start=1)
    )


def write_table(path: Path, kind: type[Row], rows: Sequence[Row]) -> None:
    """Write rows as CSV (UTF-8), whole or not at all; raises CannotWrite."""
    with replacing(path) as temporary:
        temporary.write_bytes(table_text(kind, rows).encode())


def table_text(kind: type[Row], rows: Sequence[Row]) -> str:
    """Rows as CSV with a header. Floats keep every digit (repr); nothing known is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in fields(kind)])
    writer.writerows([_cell(value) for value in astuple(row)] for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Status):
        return value.value
    return repr(float(value)) if isinstance(value, float) else _inert(str(value))


def _inert(text: str) -> str:
    """One line that no spreadsheet takes for a formula."""
    line = " ".join(text.split())
    return f"'{line}" if line[:1] in ("=", "+", "-", "@") else line


def view_words(image: ImageStack) -> str:
    """What tables call a view: "CC", "MLO", "CC-S"; empty when it is not known."""
    if image.view.position is None:
        return ""
    suffix = "".join(f"-{m.value}" for m in sorted(image.view.modifiers, key=lambda m: m.value))
    return f"{image.view.position.value}{suffix}"


def _as_number(known: bool | None) -> int | None:
    return None if known is None else int(known)

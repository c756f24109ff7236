"""Exams in folders and a label table put together: the images that a run learns from."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from inference.errors import UnusableImageError
from inference.training_runs.config import ImageType
from inference.training_runs.examples import KnownImage, TrainingImage
from inference.types import ImageSource, Laterality, ModelInput
from viewer.domain.image_stack import ImageStack
from viewer.loading.errors import LoadingError
from viewer.loading.file_name_view import stem_of
from viewer.loading.frame_source import FrameSource, InFiles
from viewer.loading.located_exam import LocatedExam
from viewer.loading.model_source import model_input
from viewer.loading.table_errors import TableError
from viewer.loading.training_labels import TrainingLabel

_NAMED = 5
"""How many rows a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledImages:
    """What was found, and how much was left out."""

    images: tuple[TrainingImage, ...]
    without_label: int
    unusable: tuple[str, ...]
    """Labelled images that no network takes, each with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    located: LocatedExam
    image: ImageStack
    frames: FrameSource
    files: tuple[Path, ...]

    @property
    def exam_names(self) -> frozenset[str]:
        """What a table may call its exam, in lower case."""
        folders = {path.parent.name for path in self.files}
        return frozenset(name.lower() for name in {self.located.exam.alias, *folders})

    @property
    def image_names(self) -> frozenset[str]:
        """What a table may call it, in lower case."""
        names = {path.name for path in self.files} | {stem_of(path) for path in self.files}
        return frozenset(name.lower() for name in names | {path.stem for path in self.files})


def labelled_images(
    exams: Sequence[LocatedExam],
    labels: Sequence[TrainingLabel],
    kinds: Iterable[ImageType],
    table: str,
) -> LabelledImages:
    """Give every image of these kinds its label.

    table: the label table's name. Raises TableError when a row names something that is not there,
    or two rows are about one image.
    """
    wanted = {kind.value for kind in kinds}
    found = tuple(_every_image(exams))
    rows = _rows_of_images(found, labels, table)
    images, unusable, without = [], [], 0
    for one in found:
        if one.image.kind.value not in wanted:
            continue
        label = rows.get(one.image.image_id)
        if label is None:
            without += 1
        elif (reason := _why_unusable(one.image)) is not None:
            unusable.append(f"{one.located.exam.alias} {one.image.name}: {reason}")
        else:
            images.append(_training_image(one, label))
    return LabelledImages(images=tuple(images), without_label=without, unusable=tuple(unusable))


def _every_image(exams: Sequence[LocatedExam]) -> Iterator[_Found]:
    for located in exams:
        for image in located.exam.images:
            frames = located.frames[image.image_id]
            files = frames.pixel_files if isinstance(frames, InFiles) else ()
            yield _Found(located=located, image=image, frames=frames, files=tuple(files))


def _rows_of_images(
    found: Sequence[_Found], labels: Sequence[TrainingLabel], table: str
) -> Mapping[str, TrainingLabel]:
    """Every labelled image's row, by image id."""
    by_name: dict[str, list[_Found]] = defaultdict(list)
    for one in found:
        for name in one.image_names if labels and labels[0].image else one.exam_names:
            by_name[name].append(one)
    rows: dict[str, TrainingLabel] = {}
    unknown: list[TrainingLabel] = []
    for label in labels:
        named = by_name.get((label.image or label.exam).lower(), [])
        if label.laterality is not None:
            named = [one for one in named if one.image.view.laterality is label.laterality]
        if not named:
            unknown.append(label)
        for one in named:
            before = rows.setdefault(one.image.image_id, label)
            if before is not label:
                raise TableError(
                    f"{table}: rows {before.row} and {label.row} are about one "
                    f"{'image' if label.image else 'breast'}",
                    hint="keep one of them",
                )
    if unknown:
        named_rows = ", ".join(f"row {one.row} ({one.subject})" for one in unknown[:_NAMED])
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        kind = "an image" if unknown[0].image else "a breast"
        raise TableError(
            f"{table}: {kind} that is not in the folders is named in {named_rows}{more}",
            hint="check the names and [data.folders] paths, or take the rows out",
        )
    return rows


def _why_unusable(image: ImageStack) -> str | None:
    if image.view.laterality is None or image.view.position is None:
        return "its side or view is not known"
    if image.unlike_mammogram is not None:
        return f"networks are not trained on {image.unlike_mammogram}"
    if image.missing_slices:
        return image.missing_words
    return None


def _training_image(one: _Found, label: TrainingLabel) -> TrainingImage:
    view = one.image.view
    assert isinstance(view.laterality, Laterality)
    assert view.position is not None
    exam = one.located.exam
    patient = label.patient or exam.identity.patient_id
    known = KnownImage(
        name=f"{exam.alias} {one.image.name}",
        key=_key(one),
        patient=_code(patient) if patient else exam.exam_id,
        exam=exam.exam_id,
        laterality=view.laterality,
        view=view.position.value,
        kind=ImageType(one.image.kind.value),
        benign=label.benign,
        malignant=label.malignant,
        birads=label.birads,
        part=label.part,
    )
    return TrainingImage(known=known, open_image=partial(_opened, one.image, one.frames))


def _opened(image: ImageStack, frames: FrameSource) -> ModelInput:
    opened = model_input(image, frames)
    return replace(opened, source=_CheckedSource(opened.source))


class _CheckedSource:
    """A source whose damaged slices are errors of the image, so that it is named."""

    def __init__(self, source: ImageSource) -> None:
        self._source = source
        self.slices, self.rows, self.columns = source.slices, source.rows, source.columns

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        """Return one slice; raises UnusableImageError."""
        try:
            return self._source.read_slice(slice_index)
        except LoadingError as error:
            raise UnusableImageError(str(error)) from error


def _key(one: _Found) -> str:
    """Names the image in files; another one when its files were changed."""
    stamps = [f"{path.stat().st_mtime_ns} {path.stat().st_size}" for path in one.files]
    return _code(" ".join([one.image.image_id, *stamps]))


def _code(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]

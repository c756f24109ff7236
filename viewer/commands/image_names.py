"""What tables and files call an image: readable, unique, and nothing that identifies anyone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.export.file_names import safe_name, unique_names
from viewer.loading.file_name_view import named_view, published_number, stem_of

_NUMBERED_EXAM = re.compile(r"Exam (\d{1,5})")
_REPEAT = re.compile(r" (\d+)$")


def image_names(exams: Sequence[Exam]) -> dict[tuple[str, str], str]:
    """Name every image, by (exam id, image id).

    Exams of the published layout keep its names (0_L-CC); others get the exam's alias and the
    image's own name (Exam-4F2A91_RCC-DBT).
    """
    keys = [(exam.exam_id, image.image_id) for exam in exams for image in exam.images]
    wanted = [_wanted_name(exam, image) for exam in exams for image in exam.images]
    return dict(zip(keys, unique_names(wanted), strict=True))


def unreadable_name(path: Path) -> str:
    """Name a file that could not be opened: its published name, else a hash of its name."""
    stem = stem_of(path)
    named = named_view(stem)
    if named is not None and published_number(named.exam) is not None:
        return safe_name(stem)
    return f"file-{hashlib.sha256(path.name.encode(errors='replace')).hexdigest()[:8]}"


def _wanted_name(exam: Exam, image: ImageStack) -> str:
    number = _NUMBERED_EXAM.fullmatch(exam.alias)
    laterality, position = image.view.laterality, image.view.position
    if number is None or laterality is None or position is None:
        return f"{exam.alias}_{image.name}"
    repeat = _REPEAT.search(image.name)
    suffix = f"_{repeat[1]}" if repeat else ""
    return f"{number[1]}_{laterality.value}-{position.value}{suffix}"

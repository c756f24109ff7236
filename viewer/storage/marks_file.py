"""Marks and key images of an exam in a JSON file of its own, which only the user may read.

The file names exam and images by their hashes. A reader's words stand in it as they were typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from inference.types import Laterality
from viewer.domain.geometry import Orientation
from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.domain.mark_layout import ImageLayout
from viewer.storage.moved_aside import move_aside
from viewer.storage.pane_json import number, pane_from_json, pane_to_json, text, truth, whole
from viewer.storage.private_file import write_private
from viewer.storage.toml_file import NotKept

FORMAT = "tomolens marks"
VERSION = 1
LARGEST_BYTES = 32 << 20
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarksFile:
    """What the file of an exam holds, and what was wrong with it."""

    kept: KeptMarks
    complaint: str | None = None
    """A sentence for the user when the file was damaged or cannot be read."""
    may_replace: bool = True
    """False where a file lies that must not be lost: one of a newer version, or an unreadable."""


class _Newer(Exception):
    """The file was written by a later version of the program."""


def marks_path(folder: Path, exam_id: str) -> Path:
    """The file of an exam."""
    plain = _PLAIN.fullmatch(exam_id) is not None
    return folder / f"{exam_id if plain else sha256(exam_id.encode()).hexdigest()}.json"


def read_marks(folder: Path, exam_id: str) -> MarksFile:
    """Read an exam's marks; without a file there are none.

    A damaged file is renamed, named in the complaint, and taken for absent.
    """
    path = marks_path(folder, exam_id)
    try:
        if path.stat().st_size > LARGEST_BYTES:
            return _set_aside(path, "it is too large")
        entries = json.loads(path.read_text(encoding="utf-8"))
        return MarksFile(kept=_kept(entries, exam_id))
    except FileNotFoundError:
        return MarksFile(kept=KeptMarks())
    except OSError as error:
        reason = error.strerror or str(error)
        return _unusable(f"The kept marks of this exam cannot be read ({reason})")
    except _Newer:
        return _unusable("The marks of this exam were kept by a newer version of Tomolens")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        return _set_aside(path, f"{type(error).__name__}: {error}")


def write_marks(folder: Path, exam_id: str, kept: KeptMarks) -> None:
    """Replace an exam's file, whole or not at all; without marks the file goes.

    Raises NotKept; what was there before is untouched then.
    """
    path = marks_path(folder, exam_id)
    try:
        if kept.is_empty:
            path.unlink(missing_ok=True)
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, json.dumps(_entries(kept, exam_id), indent=1).encode())
    except OSError as error:
        raise NotKept(path, error) from error


def _unusable(reason: str) -> MarksFile:
    words = f"{reason}; they are not shown, and new ones are not kept."
    return MarksFile(kept=KeptMarks(), complaint=words, may_replace=False)


def _set_aside(path: Path, reason: str) -> MarksFile:
    words = f"The kept marks of this exam are damaged ({reason})"
    aside = move_aside(path)
    if aside is None:
        return _unusable(words)
    return MarksFile(kept=KeptMarks(), complaint=f"{words}; the file is kept as {aside.name}.")


def _entries(kept: KeptMarks, exam_id: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "exam_id": exam_id,
        "images": {i: _layout_to_json(layout) for i, layout in kept.layouts.items()},
        "marks": [_mark_to_json(mark) for mark in kept.marks],
        "key_images": [pane_to_json(key) for key in kept.key_images],
    }


def _kept(entries: Any, exam_id: str) -> KeptMarks:
    if not isinstance(entries, dict) or entries.get("format") != FORMAT:
        raise ValueError("it is no file of marks")
    if whole(entries["version"]) > VERSION:
        raise _Newer
    if entries["exam_id"] != exam_id:
        raise ValueError("it is of another exam")
    layouts = {text(i): _layout_from_json(entry) for i, entry in entries["images"].items()}
    marks = tuple(_mark_from_json(entry) for entry in entries["marks"])
    if len({mark.mark_id for mark in marks}) < len(marks):
        raise ValueError("two marks have one id")
    if any(mark.image_id not in layouts for mark in marks):
        raise ValueError("how an image lay is missing")
    keys = tuple(pane_from_json(entry) for entry in entries["key_images"])
    return KeptMarks(marks=marks, key_images=keys, layouts=layouts)


def _layout_to_json(layout: ImageLayout) -> dict[str, Any]:
    return {
        "rows": layout.rows,
        "columns": layout.columns,
        "transposed": layout.orientation.transposed,
        "rows_reversed": layout.orientation.rows_reversed,
        "columns_reversed": layout.orientation.columns_reversed,
    }


def _layout_from_json(entry: Mapping[str, Any]) -> ImageLayout:
    return ImageLayout(
        rows=whole(entry["rows"]),
        columns=whole(entry["columns"]),
        orientation=Orientation(
            transposed=truth(entry["transposed"]),
            rows_reversed=truth(entry["rows_reversed"]),
            columns_reversed=truth(entry["columns_reversed"]),
        ),
    )


def _mark_to_json(mark: Mark) -> dict[str, Any]:
    return {
        "mark_id": mark.mark_id,
        "image_id": mark.image_id,
        "shape": mark.shape.value,
        "points": [[point.row, point.column] for point in mark.points],
        "slice_index": mark.slice_index,
        "first_slice": mark.first_slice,
        "last_slice": mark.last_slice,
        "laterality": None if mark.laterality is None else mark.laterality.value,
        "view": mark.view,
        "class": mark.mark_class.value,
        "text": mark.text,
    }


def _mark_from_json(entry: Mapping[str, Any]) -> Mark:
    side = entry["laterality"]
    return Mark(
        mark_id=text(entry["mark_id"]),
        image_id=text(entry["image_id"]),
        shape=MarkShape(entry["shape"]),
        points=tuple(ImagePoint(number(row), number(col)) for row, col in entry["points"]),
        slice_index=whole(entry["slice_index"]),
        first_slice=whole(entry["first_slice"]),
        last_slice=whole(entry["last_slice"]),
        laterality=None if side is None else Laterality(side),
        view=text(entry["view"]),
        mark_class=MarkClass(entry["class"]),
        text=text(entry["text"]),
    )

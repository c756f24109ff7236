"""The published exam list: which files make an exam, whether mirrored, and its labels.

A list with one dictionary per exam: view keys such as "R-CC" and mask keys such as
"R-CC_benign_seg" with lists of file names without extension, "horizontal_flip" "YES" or "NO",
and "cancer_label", a dictionary of 0 and 1 with keys such as "left_malignant". It comes as a
pickle, which is read without running anything it says.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from inference.types import Laterality
from viewer.domain.exam import BreastLabel
from viewer.domain.view import View
from viewer.loading.errors import UnreadableFile
from viewer.loading.file_name_view import named_view

LARGEST_BYTES = 64 << 20
"""An exam list of a hundred thousand exams has less; anything larger is something else."""

_SIDES = {Laterality.LEFT: "left", Laterality.RIGHT: "right"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedImage:
    """One image of a listed exam."""

    file_stem: str
    """Path without extension, relative to the exam list, with forward slashes."""
    view: View


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedExam:
    """One exam of an exam list."""

    images: tuple[ListedImage, ...]
    mirrored: bool
    labels: Mapping[Laterality, BreastLabel] = field(default_factory=dict)


_REMEMBERS = ("PUT", "BINPUT", "LONG_BINPUT")
"""Opcodes that remember a value under a number of their own."""


def read_exam_list(path: Path) -> tuple[ListedExam, ...]:
    """Read an exam list; raises UnreadableFile when it is something else, or hostile."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise UnreadableFile("a pickle too large to be an exam list")
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile("cannot be read (permission or disk)") from error
    return parse_exam_list(load_plain(content))


def load_plain(content: bytes) -> object:
    """Unpickle dict, list, tuple, str, int, float and None, and nothing else.

    Raises UnreadableFile for anything else without importing or calling it.
    """
    try:
        _check_memo(content)
        value = _PlainUnpickler(io.BytesIO(content)).load()
    # A damaged pickle makes the unpickler fail in any of these ways, and in no other.
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        ImportError,
        OverflowError,
        RecursionError,
        MemoryError,
    ) as error:
        raise UnreadableFile("a pickle that is damaged or not an exam list") from error
    _check_plain(value)
    return value


def _check_memo(content: bytes) -> None:
    """Refuse numbers of remembered values that so short a file cannot hold.

    The unpickler makes room for as many as the number says: for a damaged one, gigabytes.
    """
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name in _REMEMBERS and isinstance(argument, int) and argument > len(content):
            raise UnreadableFile("a pickle that is damaged or not an exam list")


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> NoReturn:
        raise UnreadableFile("a pickle that would run code when opened: refused, nothing was run")

    def persistent_load(self, pid: object) -> NoReturn:
        raise UnreadableFile("a pickle that refers to other data: not an exam list")


def _check_plain(value: object) -> None:
    """Check that only plain types occur; subclasses, bytes, sets and numpy scalars do not."""
    checked: set[int] = set()
    left = [value]
    while left:
        item = left.pop()
        if item is None or type(item) in (str, int, float, bool):
            continue
        # By identity: a few bytes of pickle can describe lists of lists without end.
        if id(item) in checked:
            continue
        checked.add(id(item))
        if type(item) is dict:
            left += [*item.keys(), *item.values()]
        elif isinstance(item, list | tuple):
            left += item
        else:
            raise UnreadableFile(f"a pickle with a {type(item).__name__}: not an exam list")


def parse_exam_list(content: object) -> tuple[ListedExam, ...]:
    """Turn plain lists and dictionaries into exams; raises UnreadableFile when they are not one."""
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        raise UnreadableFile("a pickle that is not an exam list")
    exams = tuple(_listed_exam(item) for item in content)
    if not any(exam.images for exam in exams):
        raise UnreadableFile("a pickle that is not an exam list")
    return exams


def _listed_exam(item: Mapping[object, object]) -> ListedExam:
    return ListedExam(
        images=tuple(_listed_images(item)),
        mirrored=str(item.get("horizontal_flip", "NO")).strip().upper() == "YES",
        labels=_labels(item.get("cancer_label")),
    )


def _listed_images(item: Mapping[object, object]) -> Iterator[ListedImage]:
    for key, names in item.items():
        named = named_view(key) if isinstance(key, str) else None
        if named is None or named.exam or not isinstance(names, list | tuple):
            continue
        for name in names:
            if isinstance(name, str) and name:
                yield ListedImage(file_stem=name.replace("\\", "/"), view=named.view)


def _labels(label: object) -> dict[Laterality, BreastLabel]:
    if not isinstance(label, dict):
        return {}
    labels = {}
    for laterality, side in _SIDES.items():
        benign, malignant = (_flag(label.get(f"{side}_{c}")) for c in ("benign", "malignant"))
        if benign is not None or malignant is not None:
            labels[laterality] = BreastLabel(benign=benign, malignant=malignant)
    return labels


def _flag(value: object) -> bool | None:
    return bool(value) if isinstance(value, int | float) else None

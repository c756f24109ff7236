"""Names of exported files: readable, unique, and without anything that identifies a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 80


def safe_name(text: str) -> str:
    """Keep letters, digits, dot, underscore and hyphen of a name; everything else is a hyphen.

    Never empty, never a hidden file, at most 80 characters.
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:_LONGEST].strip("-.")
    return plain or "unnamed"


def unique_names(wanted: Iterable[str]) -> tuple[str, ...]:
    """Make safe names and number the repeats: RCC, RCC-2, RCC-3.

    Case does not tell names apart, since some disks ignore it.
    """
    taken: set[str] = set()
    names = []
    for text in wanted:
        base = safe_name(text)
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def picture_name(
    exam_alias: str, *, view: str | None = None, slice_index: int | None = None, what: str = ""
) -> str:
    """The default name of a picture, without suffix, such as Exam-4F2A91_RCC_slice-34_figure.

    slice_index: counted from 0; the name counts from 1, as the screen does.
    """
    parts = [exam_alias]
    if view is not None:
        parts.append(view)
    if slice_index is not None:
        parts.append(f"slice-{slice_index + 1}")
    if what:
        parts.append(what)
    return "_".join(safe_name(part) for part in parts)

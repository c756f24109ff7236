"""Known findings from a CSV file beside the images.

Two layouts: `image,benign,malignant` with the image's file name (extension optional) and 0 or 1;
and that of BCS-DBT, `StudyUID,View,...,Benign,Cancer`, with views such as rmlo1.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from viewer.domain.exam import BreastLabel
from viewer.domain.view import View
from viewer.loading.errors import UnreadableFile
from viewer.loading.file_name_view import named_view, stem_of

_LARGEST_BYTES = 64 << 20
_NOT_A_TABLE = "a table that is not a label table"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelTable:
    """Labels by image file stem, and by study UID and view."""

    by_stem: Mapping[str, BreastLabel] = field(default_factory=dict)
    by_study: Mapping[tuple[str, View], BreastLabel] = field(default_factory=dict)


def read_label_table(path: Path) -> LabelTable:
    """Read a label table; raises UnreadableFile when it is something else."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise UnreadableFile(_NOT_A_TABLE)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnreadableFile("cannot be read (permission or disk)") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(_NOT_A_TABLE) from error
    try:
        return _table(csv.DictReader(text.splitlines(), restkey="", restval=""))
    except csv.Error as error:
        raise UnreadableFile(_NOT_A_TABLE) from error


def _table(rows: csv.DictReader[str]) -> LabelTable:
    by_stem: dict[str, BreastLabel] = {}
    by_study: dict[tuple[str, View], BreastLabel] = {}
    for raw in rows:
        row = {str(column).strip().lower(): str(value).strip() for column, value in raw.items()}
        malignant = row.get("malignant", row.get("cancer", ""))
        label = BreastLabel(benign=_flag(row.get("benign", "")), malignant=_flag(malignant))
        if label.benign is None and label.malignant is None:
            # Scores in columns of the same names, such as our own predictions.csv.
            continue
        named = named_view(row.get("view", "").rstrip("0123456789"))
        if row.get("image"):
            by_stem[stem_of(Path(row["image"]))] = label
        elif row.get("studyuid") and named is not None:
            by_study[row["studyuid"], named.view] = label
    if not by_stem and not by_study:
        raise UnreadableFile(_NOT_A_TABLE)
    return LabelTable(by_stem=by_stem, by_study=by_study)


def _flag(text: str) -> bool | None:
    return {"0": False, "1": True, "false": False, "true": True}.get(text.lower())

"""The CSV files of an evaluation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from inference.types import CLASS_NAMES
from viewer.analysis.evaluation_results import EvaluationResults
from viewer.analysis.evaluation_table import EvaluationTable
from viewer.analysis.results import Curve, Interval
from viewer.export.atomic_write import CannotWrite
from viewer.export.csv_rows import csv_of_cells, write_text

Cells = list[object]

_MEASURES = (
    "series", "level", "finding", "measure", "value", "ci_low", "ci_high", "cases", "positives",
    "draws", "dropped", "reason", "detail",
)  # fmt: skip
_DIFFERENCES = (
    "a", "b", "level", "finding", "measure", "difference", "ci_low", "ci_high", "p", "cases",
    "reason",
)  # fmt: skip


def write_evaluation_tables(
    folder: Path, table: EvaluationTable, results: EvaluationResults
) -> list[Path]:
    """Write measures, differences, curves, maps, hits and what was left out; raises CannotWrite.

    Tables without a row are not written, and those of an earlier evaluation are removed.
    """
    contents: dict[str, tuple[tuple[str, ...], list[Cells]]] = {
        "measures.csv": (_MEASURES, list(_measures(results))),
        "differences.csv": (_DIFFERENCES, list(_differences(results))),
        "roc.csv": (
            ("series", "level", "finding", "false_positive_rate", "sensitivity"),
            list(_curves(results, of_roc=True)),
        ),
        "precision_recall.csv": (
            ("series", "level", "finding", "recall", "precision"),
            list(_curves(results, of_roc=False)),
        ),
        "froc.csv": (
            ("series", "finding", "volumes", "false_positives_per_volume", "sensitivity"),
            list(_froc(results)),
        ),
        "maps.csv": (
            (
                "image", "series", "finding", "soft_dice", "dice_at_threshold",
                "pixel_average_precision",
            ),
            list(_maps(table)),
        ),
        "hits.csv": (("breast", "series", "finding", "rule", "hit"), list(_hits(table))),
        "left_out.csv": (
            ("what", "reason"),
            [[entry.what, entry.reason] for entry in results.left_out],
        ),
    }  # fmt: skip
    written = []
    for name, (header, rows) in contents.items():
        if rows:
            write_text(folder / name, csv_of_cells(header, rows))
            written.append(folder / name)
        else:
            _remove(folder / name)
    return written


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(path, error) from error


def _measures(results: EvaluationResults) -> Iterator[Cells]:
    for m in results.measures:
        yield [
            m.series, m.level, m.finding, m.name, m.value, *_ends(m.interval), m.cases,
            m.positives, m.draws, m.dropped, m.reason, m.detail,
        ]  # fmt: skip


def _differences(results: EvaluationResults) -> Iterator[Cells]:
    for d in results.differences:
        yield [
            d.a, d.b, d.level, d.finding, d.name, d.value, *_ends(d.interval), d.p, d.cases,
            d.reason,
        ]  # fmt: skip


def _curves(results: EvaluationResults, *, of_roc: bool) -> Iterator[Cells]:
    for curves in results.curves:
        curve = curves.roc if of_roc else curves.precision_recall
        for point in _points(curve):
            yield [curves.series, curves.level, curves.finding, *point]


def _froc(results: EvaluationResults) -> Iterator[Cells]:
    for curves in results.froc:
        named = (("positive", curves.positive_volumes), ("all", curves.all_volumes))
        for volumes, curve in named:
            for point in _points(curve):
                yield [curves.series, curves.finding, volumes, *point]


def _maps(table: EvaluationTable) -> Iterator[Cells]:
    for maps in table.maps:
        for row, series in enumerate(maps.series):
            for place, image in enumerate(maps.images):
                values = [
                    _known(array[row, place])
                    for array in (maps.soft_dice, maps.dice, maps.average_precision)
                ]
                if any(value is not None for value in values):
                    yield [image, series, _finding(maps.finding_class), *values]


def _hits(table: EvaluationTable) -> Iterator[Cells]:
    for hits in table.hits:
        for row, series in enumerate(hits.series):
            for place, breast in enumerate(hits.breasts):
                hit = _known(hits.hit[row, place])
                if hit is not None:
                    yield [breast, series, _finding(hits.finding_class), hits.rule, int(hit)]


def _finding(finding_class: int) -> str:
    return CLASS_NAMES[finding_class]


def _points(curve: Curve) -> Iterator[tuple[float, float]]:
    return zip(curve.x.tolist(), curve.y.tolist(), strict=True)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)

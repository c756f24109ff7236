"""The tables beside results.json, one CSV a subject; floats keep every digit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.analysis.mrmc_results import MrmcAnalysis
from viewer.analysis.results import Discrimination, Interval, OperatingPoint, StudyResults
from viewer.export.atomic_write import CannotWrite
from viewer.export.csv_rows import csv_of_cells, write_text
from viewer.export.imrmc_tables import imrmc_rows

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = Mapping[str, object]
"""Column -> value; every row of a table has the same columns."""


def write_tables(folder: Path, results: StudyResults) -> tuple[Path, ...]:
    """Write every table that has rows; raises CannotWrite.

    One without rows that an earlier analysis left in the folder is removed: it would speak of
    other data.
    """
    written = []
    for name, rows in tables_of(results).items():
        path = folder / name
        if rows:
            write_text(path, csv_of_cells(list(rows[0]), [_cells(row) for row in rows]))
            written.append(path)
        else:
            _remove(path)
    return tuple(written)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(path, error) from error


def tables_of(results: StudyResults) -> dict[str, Sequence[Row]]:
    """File name -> rows; a table may be empty."""
    return {
        "auc.csv": list(_auc(results)),
        "operating_points.csv": list(_points(results)),
        "mrmc.csv": list(_mrmc(results)),
        "mrmc_components.csv": [_components(analysis) for analysis in _analyses(results)],
        "reader_differences.csv": _rows(results.reader_differences),
        "ai_against_readers.csv": _rows(results.ai_against_readers),
        "hybrid.csv": list(_hybrid(results)),
        "lambda_sweep.csv": list(_sweep(results)),
        "agreement.csv": _rows(results.agreement),
        "repeats.csv": _rows(results.intra_reader),
        "switch.csv": _rows(results.switches),
        "subgroups.csv": list(_subgroups(results)),
        "time.csv": _rows(results.times),
        "refusals.csv": _rows(results.refusals),
        **imrmc_rows(results.u_statistics),
    }


def _cells(row: Row) -> list[object]:
    """NaN is an empty cell."""
    return [
        None if isinstance(value, float) and value != value else value for value in row.values()
    ]


def _rows(items: Sequence[DataclassInstance]) -> list[Row]:
    return [_row(item) for item in items]


def _row(item: DataclassInstance) -> Row:
    """A dataclass as a row; an interval is two columns, under the name of its field."""
    row: dict[str, object] = {}
    for field in fields(item):
        value = getattr(item, field.name)
        if isinstance(value, Interval) or "Interval" in str(field.type):
            row |= _ends(field.name, value)
        else:
            row[field.name] = value
    return row


def _ends(name: str, interval: Interval | None) -> Row:
    return {
        f"{name}_low": interval.low if interval else None,
        f"{name}_high": interval.high if interval else None,
    }


def _columns(results: StudyResults) -> Iterator[tuple[str, str, Discrimination]]:
    """Every modality with its readers and their mean, then the models."""
    for name, modality in results.by_modality.items():
        for reader, found in modality.readers.items():
            yield name, reader, found
        if modality.consensus.mean_score is not None:
            yield name, "mean of readers", modality.consensus.mean_score
    for model, ai in results.ai.items():
        yield "ai", model, ai.scores


def _auc(results: StudyResults) -> Iterator[Row]:
    for modality, reader, found in _columns(results):
        figures = {
            name: value
            for name, value in _row(found).items()
            if name not in ("roc", "pr") and not name.startswith("at_")
        }
        yield {"modality": modality, "reader": reader, **figures}


def _points(results: StudyResults) -> Iterator[Row]:
    for modality, reader, found in _columns(results):
        yield from _point(modality, reader, "recall", found.at_recall)
        yield from _point(
            modality, reader, "mean sensitivity of readers", found.at_mean_sensitivity
        )
        yield from _point(modality, reader, "sensitivity 0.9", found.at_90_sensitivity)
    for name, results_ in results.by_modality.items():
        yield from _point(name, "majority of readers", "recall", results_.consensus.majority)


def _point(modality: str, reader: str, at: str, point: OperatingPoint | None) -> Iterator[Row]:
    if point is not None:
        yield {"modality": modality, "reader": reader, "at": at, **_row(point)}


def _analyses(results: StudyResults) -> tuple[MrmcAnalysis, ...]:
    """Those of the modalities as read, then the hybrid's."""
    own = results.hybrid.mrmc if results.hybrid else None
    return results.mrmc if own is None else (*results.mrmc, own)


def _mrmc(results: StudyResults) -> Iterator[Row]:
    for analysis in _analyses(results):
        about = {"endpoint": analysis.endpoint, "method": analysis.method}
        for pair in analysis.pairs:
            named = {**about, "a": pair.a, "b": pair.b}
            for name, test in (("rrrc", pair.rrrc), ("frrc", pair.frrc), ("rrfc", pair.rrfc)):
                if test is not None:
                    yield {**named, "test": name, "estimate": pair.difference, **_row(test)}
        for single in analysis.singles:
            yield {
                **about,
                "a": single.modality,
                "b": "",
                "test": "rrrc",
                "estimate": single.estimate,
                "f": None,
                "df1": None,
                "df2": single.df,
                "p": None,
                "se": single.se,
                "ci_low": single.ci_low,
                "ci_high": single.ci_high,
            }


def _components(analysis: MrmcAnalysis) -> Row:
    return {
        "endpoint": analysis.endpoint,
        "method": analysis.method,
        "modalities": " ".join(analysis.modalities),
        **_row(analysis.components),
    }


def _hybrid(results: StudyResults) -> Iterator[Row]:
    found = results.hybrid
    if found is None:
        return
    for reader, own in found.results.readers.items():
        yield {
            "reader": reader,
            "ai": found.ai_model,
            "base": found.base,
            "lambda": found.weight,
            "auc": own.auc,
            "ap": own.ap,
            "lambda_star": found.lambda_star.get(reader),
            "auc_star": found.auc_star.get(reader),
            "auc_left_out": found.auc_left_out.get(reader),
            "optimism": found.optimism.get(reader),
            "lambda_star_ap": found.lambda_star_ap.get(reader),
            "ap_star": found.ap_star.get(reader),
        }


def _sweep(results: StudyResults) -> Iterator[Row]:
    found = results.hybrid
    if found is None:
        return
    for reader, aucs, aps in zip(found.readers, found.auc_sweep, found.ap_sweep, strict=True):
        for weight, auc, ap in zip(found.lambdas, aucs, aps, strict=True):
            yield {
                "reader": reader,
                "lambda": float(weight),
                "auc": float(auc),
                "ap": float(ap),
            }


def _subgroups(results: StudyResults) -> Iterator[Row]:
    for found in results.subgroups:
        about = {
            "attribute": found.attribute,
            "value": found.value,
            "of": "readers" if found.of_readers else "cases",
            "cases": found.cases,
            "positives": found.positives,
        }
        if found.refusal is not None:
            yield {**about, "modality": "", "reader": "", "auc": None, "reason": found.refusal}
        for modality, areas in found.auc.items():
            means = {"mean": found.mean_auc[modality]} if modality in found.mean_auc else {}
            for reader, auc in {**areas, **means}.items():
                yield {**about, "modality": modality, "reader": reader, "auc": auc, "reason": ""}

"""Scores of an AI that was run elsewhere: one row for each breast, and each model if several."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from inference.types import Laterality, ModelIdentity
from viewer.loading.case_names import CaseNames
from viewer.loading.read_predictions import UNSCORED
from viewer.loading.read_truth import side_in
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of
from viewer.study.protocol import Protocol

_CASE_COLUMNS = ("case_id", "case_alias", "case", "exam")
_HINT = "columns: case_id, laterality, malignant, and if known benign, model, version"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredBreast:
    """What one model says of one breast, 0 to 1."""

    case_id: str
    laterality: Laterality
    model: ModelIdentity
    malignant: float
    benign: float | None


def read_ai_scores(path: Path, protocol: Protocol) -> tuple[ScoredBreast, ...]:
    """Read a table of scores, such as breasts.csv of `tomolens predict`; raises TableError.

    A model's hash is that of the table, since its weights are not known here.
    """
    text = read_text(path)
    header = frozenset(header_of(text))
    column = next((name for name in _CASE_COLUMNS if name in header), None)
    if column is None or not header >= {"laterality", "malignant"}:
        raise TableError(f"{path.name} is no table of scores of breasts", hint=_HINT)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    names = CaseNames(protocol.cases)
    found: dict[tuple[str, Laterality, str, str], ScoredBreast] = {}
    try:
        for row in rows_of(text):
            if row.maybe("status") in UNSCORED:
                continue
            breast = _breast(row, column, names, sha256)
            key = (breast.case_id, breast.laterality, breast.model.name, breast.model.version)
            if key in found:
                raise TableError(f"{at(row.number)}: the breast is stated twice")
            found[key] = breast
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint) from error
    return tuple(found.values())


def _breast(row: Row, case_column: str, names: CaseNames, sha256: str) -> ScoredBreast:
    stated = row.text(case_column)
    if ";" in row.maybe("model") + row.maybe("version"):
        raise TableError(f"{at(row.number, 'model')}: names and versions hold no semicolon")
    return ScoredBreast(
        case_id=names.case_id(stated) or stated,
        laterality=side_in(row),
        model=ModelIdentity(
            name=_model_name(row),
            version=row.maybe("version"),
            architecture="run elsewhere",
            sha256=sha256,
        ),
        malignant=_score(row, "malignant"),
        benign=_score(row, "benign") if row.maybe("benign") else None,
    )


def _model_name(row: Row) -> str:
    """What the model is called; one that scored several kinds of image is told apart by them."""
    model, modality = row.maybe("model") or "AI", row.maybe("modality")
    return f"{model}, {modality}" if modality else model


def _score(row: Row, column: str) -> float:
    value = row.number_in(column)
    if not 0.0 <= value <= 1.0:
        raise TableError(
            f"{at(row.number, column)}: {value:g} is no score between 0 and 1",
            hint="bring the scores to 0 to 1 first",
        )
    return value

"""iMRMC's own tables, with its column names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from viewer.analysis.mrmc_results import UStatistics
from viewer.statistics.imrmc import VarianceDecomposition

Row = Mapping[str, object]
_PARTS = ("A", "B", "AB")


def imrmc_rows(found: UStatistics | None) -> dict[str, Sequence[Row]]:
    """File name -> rows; none where there are no U-statistics.

    Of the decompositions "of" says which: modality A, modality B, or what both have in common.
    """
    return {
        "imrmc.csv": (*found.u_statistics, *found.maximum_likelihood) if found else (),
        "imrmc_per_reader.csv": found.per_reader if found else (),
        "imrmc_BDG_Ustat.csv": _moments(found.decompositions_u) if found else (),
        "imrmc_BDG_MLE.csv": _moments(found.decompositions_ml) if found else (),
        "imrmc_BCK_Ustat.csv": _components(found.decompositions_u) if found else (),
        "imrmc_BCK_MLE.csv": _components(found.decompositions_ml) if found else (),
    }


def _moments(found: Sequence[VarianceDecomposition]) -> list[Row]:
    return [row for one in found for row in _named(one, one.moments)]


def _components(found: Sequence[VarianceDecomposition]) -> list[Row]:
    return [row for one in found for row in _named(one, one.components)]


def _named(
    found: VarianceDecomposition, rows: Sequence[Mapping[str, float | str | None]]
) -> list[Row]:
    names = {"modalityA": found.modality_a, "modalityB": found.modality_b}
    return [{**names, "of": part, **row} for part, row in zip(_PARTS, rows, strict=True)]

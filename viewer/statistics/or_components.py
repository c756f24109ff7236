"""Components of a fully crossed multi-reader multi-case study, after Obuchowski and Rockette.

Figures of merit are (modality, reader); their covariance matrix is over modality-major pairs,
entry i * readers + j for modality i and reader j.
Sources: Obuchowski and Rockette 1995; Hillis 2007 and 2014; Chakraborty 2017 for the equations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrComponents:
    """Error covariances, mean squares and variance components; NaN where too few are crossed.

    var_r and var_tr are printed as estimated: they may be negative.
    """

    modalities: int
    readers: int
    var: float
    cov1: float
    """Same reader, different modalities."""
    cov2: float
    """Different readers, same modality."""
    cov3: float
    """Different readers, different modalities."""
    ms_t: float
    ms_r: float
    ms_tr: float
    var_r: float
    var_tr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DbmComponents:
    """Variance components of pseudo-values (Dorfman, Berbaum and Metz), from the OR ones."""

    reader: float
    case: float
    modality_reader: float
    modality_case: float
    reader_case: float
    error: float


def or_components(fom: Floats, covariance: Floats) -> OrComponents:
    """Components of figures of merit (modality, reader) and their covariance matrix."""
    modalities, readers = fom.shape
    blocks = covariance.reshape(modalities, readers, modalities, readers)
    same_modality = np.eye(modalities, dtype=np.bool_)[:, None, :, None]
    same_reader = np.eye(readers, dtype=np.bool_)[None, :, None, :]
    var = _mean(blocks, same_modality & same_reader)
    cov1 = _mean(blocks, ~same_modality & same_reader)
    cov2 = _mean(blocks, same_modality & ~same_reader)
    cov3 = _mean(blocks, ~same_modality & ~same_reader)
    by_modality, by_reader, grand = fom.mean(axis=1), fom.mean(axis=0), fom.mean()
    residual = fom - by_modality[:, None] - by_reader[None, :] + grand
    t_freedom, r_freedom = modalities - 1, readers - 1
    ms_t = _divide(readers * _squares(by_modality - grand), t_freedom)
    ms_r = _divide(modalities * _squares(by_reader - grand), r_freedom)
    ms_tr = _divide(_squares(residual), t_freedom * r_freedom)
    return OrComponents(
        modalities=modalities,
        readers=readers,
        var=var,
        cov1=cov1,
        cov2=cov2,
        cov3=cov3,
        ms_t=ms_t,
        ms_r=ms_r,
        ms_tr=ms_tr,
        var_r=(ms_r - ms_tr) / modalities - cov1 + cov3,
        var_tr=ms_tr - var + cov1 + (cov2 - cov3),
    )


def dbm_components(components: OrComponents, cases: int) -> DbmComponents:
    """The same study in components of pseudo-values; covariances must come from the jackknife.

    cases: how many were jackknifed.
    """
    c = components
    return DbmComponents(
        reader=c.var_r,
        case=cases * c.cov3,
        modality_reader=c.var_tr,
        modality_case=cases * (c.cov2 - c.cov3),
        reader_case=cases * (c.cov1 - c.cov3),
        error=cases * (c.var - c.cov1 - c.cov2 + c.cov3),
    )


def _mean(blocks: Floats, chosen: NDArray[np.bool_]) -> float:
    entries = blocks[np.broadcast_to(chosen, blocks.shape)]
    return float(entries.mean()) if entries.size else math.nan


def _squares(values: Floats) -> float:
    return float(np.square(values).sum())


def _divide(total: float, freedom: int) -> float:
    return total / freedom if freedom > 0 else math.nan

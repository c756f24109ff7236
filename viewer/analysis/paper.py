"""The published reader study of GMIC beside what its public table gives (Shen et al. 2020, 3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.results import HybridResults, ModalityResults, StudyResults
from viewer.analysis.study_table import StudyTable
from viewer.analysis.words import figure, percent

READERS, BREASTS, MALIGNANT = 14, 1440, 61
GMIC, DMV = "GMIC_top5", "DMVCNN"

_RELEASED = (
    "The public table holds scores of the released weights, which are not those of the paper."
)
_MISPRINT = (
    "The paper's standard deviation and range equal those of average precision here, so its mean "
    "is likely a misprint of .324."
)
_CONSENSUS = (
    "Not reproducible: no majority of these readers gives it, and 76.8 % is no whole number of "
    "61 or of 62 breasts."
)


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """One number of the paper, the same one computed here, and why they differ if they do."""

    quantity: str
    printed: str
    computed: str
    remark: str


def why_not_published(table: StudyTable) -> str | None:
    """Why a table is not the published one; None when it is."""
    ratings = table.ratings
    found = (len(ratings.readers), len(ratings.cases), ratings.positives)
    if found != (READERS, BREASTS, MALIGNANT):
        return (
            f"it has {found[0]} readers, {found[1]} breasts and {found[2]} malignant ones, the "
            f"published one {READERS}, {BREASTS} and {MALIGNANT}"
        )
    missing = [name for name in (GMIC, DMV) if name not in table.ai]
    return f"it has no scores of {' and '.join(missing)}" if missing else None


def beside_the_paper(gmic: StudyResults, dmv: StudyResults) -> tuple[PaperFigure, ...]:
    """Every number of section 3.4; gmic, dmv: the analyses with either model in the hybrid.

    Raises ValueError when a result has no hybrid, which the published table always gives.
    """
    mixed = _hybrid(gmic)
    readers = gmic.by_modality[mixed.base]
    return (
        *_readers(readers),
        *_decisions(readers),
        *_models(gmic),
        *_hybrids(readers, mixed, _hybrid(dmv)),
    )


def specificity_near(fpr: NDArray[np.float64], tpr: NDArray[np.float64], wanted: float) -> float:
    """Specificity of the operating point whose sensitivity is nearest; the better one of equals."""
    distance = np.abs(tpr - wanted)
    nearest = distance <= distance.min() + 1e-12
    return float(1.0 - fpr[nearest].min())


def _hybrid(results: StudyResults) -> HybridResults:
    if results.hybrid is None:
        raise ValueError("the published table gives a hybrid")
    return results.hybrid


def _readers(readers: ModalityResults) -> tuple[PaperFigure, ...]:
    areas = [found.auc for found in readers.readers.values()]
    precisions = [found.ap for found in readers.readers.values()]
    cases = next(iter(readers.readers.values()))
    return (
        PaperFigure(
            "Malignant breasts of 1,440",
            "62",
            f"{cases.positives}",
            "The public table labels one breast less.",
        ),
        PaperFigure("Readers' AUC, mean", ".778", figure(readers.mean_auc, 4), ""),
        PaperFigure("Readers' AUC, SD", ".0435", figure(readers.sd_auc, 4), ""),
        PaperFigure(
            "Readers' AUC, range",
            ".705 to .860",
            f"{figure(min(areas))} to {figure(max(areas))}",
            "",
        ),
        PaperFigure("Readers' PRAUC, mean", ".364", figure(readers.mean_ap, 4), _MISPRINT),
        PaperFigure("Readers' PRAUC, SD", ".0496", figure(readers.sd_ap, 4), ""),
        PaperFigure(
            "Readers' PRAUC, range",
            ".244 to .453",
            f"{figure(min(precisions))} to {figure(max(precisions))}",
            "",
        ),
    )


def _decisions(readers: ModalityResults) -> tuple[PaperFigure, ...]:
    majority = readers.consensus.majority
    remark = "Binary predictions are probabilities above 2 %."
    return (
        PaperFigure(
            "Average sensitivity (SD)",
            "62.1 % (9)",
            f"{percent(readers.mean_sensitivity)} ({percent(readers.sd_sensitivity)})",
            remark,
        ),
        PaperFigure(
            "Average specificity (SD)",
            "85.2 % (5.5)",
            f"{percent(readers.mean_specificity)} ({percent(readers.sd_specificity)})",
            remark,
        ),
        PaperFigure(
            "Consensus sensitivity",
            "76.8 %",
            percent(None if majority is None else majority.sensitivity),
            _CONSENSUS,
        ),
        PaperFigure(
            "Consensus specificity",
            "94.6 %",
            percent(None if majority is None else majority.specificity),
            _CONSENSUS,
        ),
    )


def _models(results: StudyResults) -> tuple[PaperFigure, ...]:
    gmic, dmv = results.ai[GMIC].scores, results.ai[DMV].scores
    matched = gmic.at_mean_sensitivity
    return (
        PaperFigure("GMIC, AUC", ".891", figure(gmic.auc, 4), _RELEASED),
        PaperFigure("GMIC, PRAUC", ".39", figure(gmic.ap, 4), _RELEASED),
        PaperFigure(
            "DMV-CNN, AUC",
            ".876",
            figure(dmv.auc, 4),
            f"{_RELEASED} The paper's used heat maps, these did not.",
        ),
        PaperFigure("DMV-CNN, PRAUC", ".318", figure(dmv.ap, 4), "As above."),
        PaperFigure(
            "GMIC, specificity at the readers' sensitivity of 62.1 %",
            "90 %",
            percent(None if matched is None else matched.specificity),
            "",
        ),
        PaperFigure(
            "GMIC, specificity at the consensus' sensitivity of 76.8 %",
            "83.6 %",
            percent(specificity_near(gmic.roc.x, gmic.roc.y, 0.768)),
            _RELEASED,
        ),
    )


def _hybrids(
    readers: ModalityResults, gmic: HybridResults, dmv: HybridResults
) -> tuple[PaperFigure, ...]:
    mixed = gmic.results
    points = [found.at_mean_sensitivity for found in mixed.readers.values()]
    specificities = np.array([point.specificity for point in points if point is not None])
    return (
        PaperFigure(
            "Hybrids (λ = 0.5), AUC, mean (SD)",
            ".892 (.009)",
            f"{figure(mixed.mean_auc, 4)} ({figure(mixed.sd_auc, 4)})",
            _RELEASED,
        ),
        PaperFigure(
            "Hybrids, PRAUC, mean (SD)",
            ".449 (.036)",
            f"{figure(mixed.mean_ap, 4)} ({figure(mixed.sd_ap, 4)})",
            _RELEASED,
        ),
        PaperFigure(
            "Gain in mean AUC", ".114", figure(mixed.mean_auc - readers.mean_auc, 4), _RELEASED
        ),
        PaperFigure(
            "Gain in mean PRAUC",
            ".085",
            figure(mixed.mean_ap - readers.mean_ap, 4),
            f"From the printed mean of .364. {_MISPRINT}",
        ),
        PaperFigure(
            "Hybrids, specificity at 62.1 % sensitivity, mean (SD)",
            "91.5 % (1.8)",
            f"{percent(float(specificities.mean()))} ({percent(float(specificities.std()))})",
            _RELEASED,
        ),
        PaperFigure(
            "Readers who gain from GMIC (λ* < 1)",
            "14 of 14",
            _gaining(gmic.lambda_star),
            "",
        ),
        PaperFigure(
            "Readers whose λ* is lower with GMIC than with DMV-CNN",
            "the most, by figure 6",
            _lower(gmic.lambda_star, dmv.lambda_star),
            "A lower λ* gives the model more weight.",
        ),
    )


def _gaining(stars: Mapping[str, float]) -> str:
    return f"{sum(star < 1.0 for star in stars.values())} of {len(stars)}"


def _lower(first: Mapping[str, float], second: Mapping[str, float]) -> str:
    return f"{sum(first[name] < second[name] for name in first)} of {len(first)}"

"""Scores of breasts and exams from the predictions of their images; no torch.

Source: the papers score an image, and a breast as the mean of its CC and MLO image (3D-GMIC
paper, "Breast-wise AUC"; GMIC paper, section 3.2), and average models of several modalities
("FFDM + Synthetic 2D" and so on). They define no score of an exam: here it is the higher of its
breasts', class by class, since a finding in either breast is a finding of the exam.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inference.scores import mean_scores
from inference.types import ClassScores, Laterality, ModelIdentity, Prediction

STANDARD_VIEWS = ("CC", "MLO")
COMBINED = "combined"
"""What stands for the modality where several are averaged."""

_SIDES = (Laterality.RIGHT, Laterality.LEFT)
_SIDE_NAMES = {Laterality.RIGHT: "right breast", Laterality.LEFT: "left breast"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredImage:
    """One image with what one model says of it."""

    laterality: Laterality
    view: str
    """"CC", "MLO", or another view such as "ML" or "CC-S"."""
    modality: str
    """"FFDM", "Synthetic 2D", "DBT" or what else the caller tells apart."""
    prediction: Prediction

    @property
    def is_standard(self) -> bool:
        """Whether it counts for its breast: a CC or MLO as in the papers."""
        return self.view in STANDARD_VIEWS and not self.prediction.outside_training_views


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastScore:
    """One breast."""

    laterality: Laterality
    models: tuple[ModelIdentity, ...]
    modality: str
    """COMBINED when several were asked for."""
    scores: ClassScores
    images: int
    """How many predictions it is the mean of: each of an image by a model."""
    missing: tuple[str, ...] = ()
    """What was not there or could not be scored: "MLO", "DBT", "DBT MLO"."""
    left_out: tuple[str, ...] = ()
    """Views that were scored and do not count, since the models were not trained on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamScore:
    """One exam: class by class the higher of its breasts."""

    models: tuple[ModelIdentity, ...]
    modality: str
    scores: ClassScores
    breasts: tuple[Laterality, ...]
    missing: tuple[str, ...] = ()
    """"left breast", or "R MLO" for a part of a breast."""


def breast_scores(images: Iterable[ScoredImage]) -> tuple[BreastScore, ...]:
    """Score each breast, apart for each model and modality; the right one first.

    The mean of its views; where a view was imaged more than once, their mean stands for it. A
    breast without a standard view has no score.
    """
    groups: dict[tuple[ModelIdentity, str], list[ScoredImage]] = {}
    for image in images:
        groups.setdefault((image.prediction.model, image.modality), []).append(image)
    return tuple(
        BreastScore(
            laterality=laterality,
            models=(model,),
            modality=modality,
            scores=breast_mean(counted),
            images=len(counted),
            missing=_missing_views(counted),
            left_out=_left_out(of_side),
        )
        for (model, modality), group in groups.items()
        for laterality, of_side, counted in _by_side(group)
    )


def modality_ensemble(
    images: Iterable[ScoredImage], modalities: Sequence[str]
) -> tuple[BreastScore, ...]:
    """Score each breast by all of these modalities together.

    For each view and modality the mean of its images and models, of these the mean over the
    modalities of a view, and of these the mean over the views. What is missing is said, and the
    score is the mean of what is there.
    """
    wanted = [image for image in images if image.modality in modalities]
    return tuple(
        BreastScore(
            laterality=laterality,
            models=tuple(dict.fromkeys(image.prediction.model for image in counted)),
            modality=COMBINED,
            scores=breast_mean(counted),
            images=len(counted),
            missing=_missing_parts(counted, modalities),
            left_out=_left_out(of_side),
        )
        for laterality, of_side, counted in _by_side(wanted)
    )


def exam_scores(breasts: Iterable[BreastScore]) -> tuple[ExamScore, ...]:
    """Score an exam by its breasts, apart for each model and modality."""
    groups: dict[tuple[object, str], list[BreastScore]] = {}
    for breast in breasts:
        # The models of combined scores may differ between the breasts.
        models = None if breast.modality == COMBINED else breast.models
        groups.setdefault((models, breast.modality), []).append(breast)
    return tuple(_exam_score(group) for group in groups.values())


def highest_scores(scores: Iterable[ClassScores]) -> ClassScores:
    """The highest of some scores, class by class."""
    given = tuple(scores)
    return ClassScores(
        benign=max(s.benign for s in given), malignant=max(s.malignant for s in given)
    )


def breast_mean(images: Iterable[ScoredImage]) -> ClassScores:
    """The mean of a breast's images: of each view and modality, then of each view, then of all."""
    views: dict[str, dict[str, list[ClassScores]]] = {}
    for image in images:
        modalities = views.setdefault(image.view, {})
        modalities.setdefault(image.modality, []).append(image.prediction.scores)
    return mean_of_views(views)


def mean_of_views(views: Mapping[str, Mapping[str, Sequence[ClassScores]]]) -> ClassScores:
    """The mean over views of the mean over modalities of the mean of their scores."""
    return mean_scores(
        mean_scores(mean_scores(scores) for scores in modalities.values())
        for modalities in views.values()
    )


def _by_side(
    images: Sequence[ScoredImage],
) -> list[tuple[Laterality, list[ScoredImage], list[ScoredImage]]]:
    """Each side that can be scored: all of its images, and those that count."""
    sides = []
    for laterality in _SIDES:
        of_side = [image for image in images if image.laterality is laterality]
        counted = [image for image in of_side if image.is_standard]
        if counted:
            sides.append((laterality, of_side, counted))
    return sides


def _missing_views(counted: Iterable[ScoredImage]) -> tuple[str, ...]:
    seen = {image.view for image in counted}
    return tuple(view for view in STANDARD_VIEWS if view not in seen)


def _missing_parts(counted: Sequence[ScoredImage], modalities: Sequence[str]) -> tuple[str, ...]:
    parts: list[str] = []
    for modality in modalities:
        of_modality = [image for image in counted if image.modality == modality]
        views = _missing_views(of_modality)
        parts += [f"{modality} {view}" for view in views] if of_modality else [modality]
    return tuple(parts)


def _left_out(of_side: Iterable[ScoredImage]) -> tuple[str, ...]:
    views = (image.view or "unknown view" for image in of_side if not image.is_standard)
    return tuple(dict.fromkeys(views))


def _exam_score(breasts: Sequence[BreastScore]) -> ExamScore:
    scored = tuple(breast.laterality for breast in breasts)
    absent = [_SIDE_NAMES[side] for side in _SIDES if side not in scored]
    parts = [f"{b.laterality.value} {part}" for b in breasts for part in b.missing]
    return ExamScore(
        models=tuple(dict.fromkeys(model for breast in breasts for model in breast.models)),
        modality=breasts[0].modality,
        scores=highest_scores(breast.scores for breast in breasts),
        breasts=scored,
        missing=(*absent, *parts),
    )

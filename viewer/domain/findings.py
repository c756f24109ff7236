"""What predictions say of a breast and of an exam."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inference.breast_scores import highest_scores, mean_of_views
from inference.types import ClassScores, Laterality, ModelIdentity, Prediction
from viewer.domain.image_stack import ImageStack


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastScores:
    """The mean over a breast's images that one model scored (papers/000: CC and MLO)."""

    laterality: Laterality
    model: ModelIdentity
    scores: ClassScores
    image_ids: tuple[str, ...]


def breast_scores(
    images: Iterable[ImageStack], predictions: Mapping[str, Prediction]
) -> tuple[BreastScores, ...]:
    """Average each breast's standard images, apart for each model; right breast first.

    Every view counts once: where a model scored several images of a view (repeats, or synthetic
    2D beside FFDM), their mean stands for that view.
    """
    by_breast: dict[tuple[Laterality, ModelIdentity], list[ImageStack]] = {}
    for image in images:
        prediction = predictions.get(image.image_id)
        if prediction is None or not image.view.is_standard or image.view.laterality is None:
            continue
        by_breast.setdefault((image.view.laterality, prediction.model), []).append(image)
    order = (Laterality.RIGHT, Laterality.LEFT)
    return tuple(
        BreastScores(
            laterality=laterality,
            model=model,
            scores=_breast_mean(scored, predictions),
            image_ids=tuple(image.image_id for image in scored),
        )
        for (laterality, model), scored in sorted(
            by_breast.items(), key=lambda item: (_order(item[0][1]), order.index(item[0][0]))
        )
    )


def exam_scores(breasts: Iterable[BreastScores]) -> ClassScores | None:
    """The highest breast, class by class; None when nothing is scored."""
    scored = [breast.scores for breast in breasts]
    if not scored:
        return None
    return highest_scores(scored)


def _order(model: ModelIdentity) -> tuple[str, str, str]:
    return model.name, model.version, model.sha256


def _breast_mean(
    images: Iterable[ImageStack], predictions: Mapping[str, Prediction]
) -> ClassScores:
    views: dict[str, dict[str, list[ClassScores]]] = {}
    for image in images:
        kinds = views.setdefault(image.view.abbreviation, {})
        kinds.setdefault(image.kind.value, []).append(predictions[image.image_id].scores)
    return mean_of_views(views)

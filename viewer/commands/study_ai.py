"""The networks run on a study's case: every image each model serves, scores of each breast."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from inference.breast import BreastPrediction
from inference.errors import InferenceError
from inference.progress import Progress
from inference.types import Laterality, ModelIdentity, Prediction
from viewer.commands.breast_models import BreastModel, breast_images
from viewer.commands.model_set import ModelSet
from viewer.commands.predict import FRAME_BYTES
from viewer.domain.breast_ai import breast_groups
from viewer.domain.findings import breast_scores
from viewer.domain.image_stack import ImageStack
from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import IncompleteVolume, LoadingError, UnknownSide, UnsuitablePixels
from viewer.loading.frame_store import FrameStore
from viewer.loading.located_exam import LocatedExam
from viewer.loading.model_source import model_input
from viewer.storage.sealed_ai import SealedAi, model_words, run_name, scores_of
from viewer.study.protocol import StudyCase


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredCase:
    """What the networks say of a case, and what they could not be asked."""

    result: SealedAi
    problems: tuple[str, ...]
    """Images that failed and breasts without a score; such a case is not sealed."""


@dataclass(slots=True)
class _Run:
    located: LocatedExam
    models: ModelSet
    progress: Progress
    predictions: list[tuple[str, Prediction]] = field(default_factory=list)
    whole_breasts: list[BreastPrediction] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def score_case(
    case: StudyCase,
    located: LocatedExam,
    models: ModelSet,
    *,
    kinds: Collection[str],
    progress: Progress,
) -> ScoredCase:
    """Run each model on the images and breasts it serves; raises what `progress` raises.

    kinds: ImageKind values the study shows beside the AI; empty: all.
    """
    run = _Run(located, models, progress)
    pool = DecodePool(
        store=FrameStore(FRAME_BYTES),
        on_ready=lambda image_id, slice_index: None,
        on_failed=lambda image_id, slice_index, error: None,
    )
    try:
        for image in located.exam.images:
            if not kinds or image.kind.value in kinds:
                _predict_image(run, image, pool)
    finally:
        pool.close()
    for model in models.breasts:
        _predict_breasts(case, run, model, kinds)
    result = replace(_result(case, run), run=run_name(models.identities, kinds))
    unscored = [side for side in case.breasts if result.malignant(side) is None]
    problems = (*run.problems, *(f"no score of breast {side.value}" for side in unscored))
    return ScoredCase(result=result, problems=problems)


def _predict_image(run: _Run, image: ImageStack, pool: DecodePool) -> None:
    serving = run.models.serving(image.kind)
    if not serving:
        return
    # One image at a time, so that memory stays bounded.
    pool.open({image.image_id: run.located.frames[image.image_id]})
    pool.focus([(image.image_id, 0)])
    for model in serving:
        try:
            source = pool.source(image.image_id)
            prediction = model.predict(model_input(image, source), run.progress)
        except (UnknownSide, UnsuitablePixels, IncompleteVolume) as error:
            run.notes.append(f"{image.name} was not scored: {error.message}")
        except (InferenceError, LoadingError) as error:
            run.problems.append(f"{image.name}: {error}")
        except MemoryError:
            run.problems.append(f"{image.name}: there is not enough memory")
        else:
            run.predictions.append((image.image_id, prediction))


def _predict_breasts(
    case: StudyCase, run: _Run, model: BreastModel, kinds: Collection[str]
) -> None:
    """Score each breast of the case from its two views."""
    shown = [kind for kind in model.kinds if not kinds or kind.value in kinds]
    for group in breast_groups(run.located.exam, shown):
        side = group.key.laterality
        if side not in case.breasts:
            continue
        name = f"breast {side.value} by {model.identity.title}"
        if not group.images:
            run.notes.append(f"{name} was not scored: it has no image of a kind that is asked for")
            continue
        try:
            images = breast_images(run.located, group)
            prediction = model.predict(images, run.progress, run.models.heat_maps_for(group.kind))
        except (UnknownSide, UnsuitablePixels, IncompleteVolume) as error:
            run.notes.append(f"{name} was not scored: {error.message}")
        except (InferenceError, LoadingError) as error:
            run.problems.append(f"{name}: {error}")
        except MemoryError:
            run.problems.append(f"{name}: there is not enough memory")
        else:
            run.whole_breasts.append(prediction)


def _result(case: StudyCase, run: _Run) -> SealedAi:
    used = {prediction.model for _, prediction in run.predictions}
    images_by = [m.identity for m in run.models.models if m.identity in used]
    breasts_by = dict.fromkeys(prediction.model for prediction in run.whole_breasts)
    of_model: dict[ModelIdentity, dict[str, Prediction]] = {}
    for image_id, prediction in run.predictions:
        of_model.setdefault(prediction.model, {})[image_id] = prediction
    breasts = [
        scores_of(breast.scores, breast.laterality, model_words(model))
        for model in images_by
        for breast in breast_scores(run.located.exam.images, of_model[model])
        if breast.laterality in case.breasts
    ]
    breasts += [
        scores_of(prediction.scores, prediction.laterality, model_words(prediction.model))
        for prediction in run.whole_breasts
    ]
    return SealedAi(
        case_id=case.case_id,
        models=(*images_by, *breasts_by),
        breasts=tuple(sorted(breasts, key=lambda b: b.laterality is Laterality.LEFT)),
        predictions=tuple(run.predictions),
        notes=tuple(run.notes),
    )

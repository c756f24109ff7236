"""What the table of scores says, as data: exam, breasts, images, each with scores or its state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from inference.types import ClassScores, ModelIdentity
from viewer.domain.ai_state import AiState, Done, Failed, NotRun, Queued, Running, SeriesDone
from viewer.domain.breast_ai import SIDES
from viewer.domain.findings import BreastScores, breast_scores, exam_scores
from viewer.domain.image_stack import ImageStack
from viewer.domain.score_coverage import counting_images, coverage_of
from viewer.domain.view import ImageKind
from viewer.session.ai_results import predictions_of
from viewer.session.state import SessionState
from viewer.ui.panel.breast_lines import breast_lines
from viewer.ui.panel.score_line import BREAST_TITLES, LineLook, ScoreLine

_SHORT = {ImageKind.SYNTHETIC_2D: "synth.", ImageKind.SECONDARY_CAPTURE: "SC"}


def score_lines(state: SessionState) -> tuple[ScoreLine, ...]:
    """Exam and breasts by the models that saw what hangs, the images that hang, the two views.

    Of other studies on screen only what the AI has been asked about.
    """
    shown = [image for slot in state.slots if (image := state.image_in(slot)) is not None]
    hung = [
        image
        for image in {image.image_id: image for image in shown}.values()
        if _is_of_exam(state, image) or not isinstance(state.ai_of(image.image_id), NotRun)
    ]
    return (
        *_summary(state, _models_of(state, hung)),
        *_image_lines(state, hung),
        *breast_lines(state),
    )


def other_lines(state: SessionState) -> tuple[ScoreLine, ...]:
    """The same by the other models, and of the images that do not hang now."""
    exam = state.exam
    if exam is None:
        return ()
    shown = {pane.image_id for pane in state.panes.values()}
    hung = [image for image in exam.images if image.image_id in shown]
    others = [image for image in exam.images if image.image_id not in shown]
    models = _models_of(state, others) - _models_of(state, hung)
    return (*_summary(state, models), *_image_lines(state, others))


def state_words(state: AiState) -> str:
    """Where the AI stands on an image, in as few words as the table has room for."""
    match state:
        case NotRun(reason):
            return reason or "not run"
        case Queued():
            return "queued"
        case Running(stage, done, total):
            if stage == "windows":
                return f"{done}/{total} windows"
            return f"{done}/{total}" if stage == "slices" else stage
        case SeriesDone():
            return ""
        case Failed():
            return "failed"
        case Done(prediction):
            return "" if prediction.has_salient_region else "no salient region"


def _summary(state: SessionState, models: Set[ModelIdentity]) -> list[ScoreLine]:
    """Exam and breasts, apart for each of these models."""
    exam = state.exam
    if exam is None:
        return []
    breasts = breast_scores(exam.images, predictions_of(state, exam))
    lines: list[ScoreLine] = []
    for model in dict.fromkeys(breast.model for breast in breasts):
        if model in models:
            lines += _model_lines(state, model, [b for b in breasts if b.model == model])
    return lines


def _models_of(state: SessionState, images: Iterable[ImageStack]) -> Set[ModelIdentity]:
    """The models that have scored any of these images."""
    states = (state.ai_of(image.image_id) for image in images)
    return {ai.prediction.model for ai in states if isinstance(ai, Done)}


def _model_lines(
    state: SessionState, model: ModelIdentity, breasts: list[BreastScores]
) -> list[ScoreLine]:
    """Scores over images stand only where every image that counts has one."""
    images = counting_images(state.exam.images, state.ai, model) if state.exam else ()
    scores = {breast.laterality: breast.scores for breast in breasts}
    lines = [ScoreLine(look=LineLook.MODEL, title=model.title)]
    if model.passes:
        # A line of its own: a long name must not push it out of sight.
        passes = model.passes[0].upper() + model.passes[1:]
        lines.append(ScoreLine(look=LineLook.MODEL, title=passes))
    lines.append(_line_over(state, images, LineLook.EXAM, "Exam", exam_scores(breasts)))
    for side in SIDES:
        of_side = [image for image in images if image.view.laterality is side]
        if of_side:
            title = BREAST_TITLES[side]
            lines.append(_line_over(state, of_side, LineLook.BREAST, title, scores.get(side)))
    return lines


def _line_over(
    state: SessionState,
    images: Sequence[ImageStack],
    look: LineLook,
    title: str,
    scores: ClassScores | None,
) -> ScoreLine:
    """A score over images, or of which of them it would be."""
    coverage = coverage_of(images, state.ai)
    if coverage.is_whole:
        return ScoreLine(look=look, title=title, scores=scores)
    return ScoreLine(
        look=look,
        title=title,
        state=coverage.words,
        is_failure=bool(coverage.failed),
        share=coverage.share if coverage.open else None,
    )


def _image_lines(state: SessionState, images: Iterable[ImageStack]) -> list[ScoreLine]:
    """A line an image; before CT series the models that scored them, which no summary names."""
    images = list(images)
    found = (state.ai_of(image.image_id) for image in images)
    scored = (ai.prediction.model for ai in found if isinstance(ai, SeriesDone))
    names = dict.fromkeys(model.title for model in scored)
    models = [ScoreLine(look=LineLook.MODEL, title=name, is_series=True) for name in names]
    return [*models, *(_image_line(state, image) for image in images)]


def _is_of_exam(state: SessionState, image: ImageStack) -> bool:
    return state.exam_of(image.image_id) is state.exam


def _title(state: SessionState, image: ImageStack) -> str:
    """The image's name, short; of another study of the patient it says so."""
    name = image.name.replace(image.kind.value, _SHORT.get(image.kind, image.kind.value))
    return name if _is_of_exam(state, image) else f"prior {name}"


def _image_line(state: SessionState, image: ImageStack) -> ScoreLine:
    ai = state.ai_of(image.image_id)
    return ScoreLine(
        look=LineLook.IMAGE,
        title=_title(state, image),
        scores=ai.prediction.scores if isinstance(ai, Done) else None,
        series_score=ai.prediction.score if isinstance(ai, SeriesDone) else None,
        is_series=image.ct is not None,
        state=state_words(ai),
        is_failure=isinstance(ai, Failed),
        share=min(1.0, ai.done / max(ai.total, 1)) if isinstance(ai, Running) else None,
        image_id=image.image_id,
        is_active=state.active_pane.image_id == image.image_id,
    )

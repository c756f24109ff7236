"""What the table of scores says of breasts scored from two views, as data."""

from __future__ import annotations

from collections.abc import Collection

from inference.breast import BreastPrediction, BreastView
from inference.breast_scores import highest_scores
from viewer.domain.ai_state import Failed, NotRun, Queued, Running
from viewer.domain.breast_ai import BreastDone, BreastKey, BreastStanding
from viewer.session.breast_results import breasts_of
from viewer.session.state import SessionState
from viewer.ui.panel.score_line import BREAST_TITLES, LineLook, ScoreLine


def breast_lines(state: SessionState) -> tuple[ScoreLine, ...]:
    """The exam and its breasts by the two-view model, each view alone; empty without one."""
    exam = state.exam
    standings = breasts_of(state, exam) if exam else {}
    if not standings:
        return ()
    model = next(iter(standings.values())).model
    lines = [ScoreLine(look=LineLook.MODEL, title=f"Whole breasts: {model}")]
    if any(isinstance(standing.state, BreastDone) for standing in standings.values()):
        lines.append(_exam_line(standings.values()))
    for key, standing in standings.items():
        lines += _lines_of(key, standing)
    return tuple(lines)


def _exam_line(standings: Collection[BreastStanding]) -> ScoreLine:
    """The highest breast, class by class; no number while a breast that may be higher has none."""
    done = [s.state.prediction for s in standings if isinstance(s.state, BreastDone)]
    if len(done) < len(standings):
        return ScoreLine(look=LineLook.EXAM, title="Exam", state="one breast not scored")
    highest = highest_scores([prediction.scores for prediction in done])
    return ScoreLine(look=LineLook.EXAM, title="Exam", scores=highest)


def breast_words(state: SessionState) -> tuple[str, bool]:
    """What else is to be said of the active image's breast, and whether it is a failure."""
    image = state.active_image
    exam = state.exam
    if exam is None or image is None or image.view.laterality is None:
        return "", False
    standing = state.breasts.get(BreastKey(exam.exam_id, image.view.laterality))
    match standing.state if standing else None:
        case Failed(reason):
            return f"{BREAST_TITLES[image.view.laterality]}: {reason}", True
        case BreastDone(prediction, from_cache):
            return _said_of(prediction, from_cache=from_cache), False
        case _:
            return "", False


def _lines_of(key: BreastKey, standing: BreastStanding) -> list[ScoreLine]:
    ai = standing.state
    scores = ai.prediction.scores if isinstance(ai, BreastDone) else None
    breast = ScoreLine(
        look=LineLook.BREAST,
        title=BREAST_TITLES[key.laterality],
        scores=scores,
        state=_state_words(standing),
        is_failure=isinstance(ai, Failed),
        share=min(1.0, ai.done / max(ai.total, 1)) if isinstance(ai, Running) else None,
    )
    if not isinstance(ai, BreastDone):
        return [breast]
    return [breast, *(line for view in BreastView for line in _view_line(ai.prediction, view))]


def _view_line(prediction: BreastPrediction, view: BreastView) -> list[ScoreLine]:
    """What a view says alone, or that it is missing; none where the model does not look at it."""
    part = prediction.part(view)
    if part is not None:
        return [ScoreLine(look=LineLook.PART, title=f"{view.title} alone", scores=part.alone)]
    if view in prediction.missing:
        return [ScoreLine(look=LineLook.PART, title=view.title, state="no such view")]
    return []


def _state_words(standing: BreastStanding) -> str:
    match standing.state:
        case NotRun(reason):
            return reason or "not run"
        case Queued():
            return "queued"
        case Running(stage, done, total):
            return f"{done}/{total} views" if stage == "views" else stage
        case Failed():
            return "failed"
        case BreastDone():
            return ""


def _said_of(prediction: BreastPrediction, *, from_cache: bool) -> str:
    names = [
        name
        for view in BreastView
        if (part := prediction.part(view)) is not None
        for name in part.images
    ]
    said = [f"{BREAST_TITLES[prediction.laterality]}: {', '.join(names)}"]
    said += prediction.notices
    if prediction.heat_map_model is not None:
        said.append(f"With heat maps of {prediction.heat_map_model.name}.")
    said.append(
        "kept result" if from_cache else f"{prediction.seconds:.0f} s on {prediction.device}"
    )
    return "\n".join(said)

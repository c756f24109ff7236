"""Where the AI stands on an image: the states look different and are never confused."""

from __future__ import annotations

from dataclasses import dataclass

from inference.series import SeriesPrediction
from inference.types import Prediction


@dataclass(frozen=True, slots=True)
class NotRun:
    """Nobody asked, or no model serves this image."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Queued:
    """Waits for the inference worker."""

    position: int = 0


@dataclass(frozen=True, slots=True)
class Running:
    """The worker is on it."""

    stage: str = "preparing"
    done: int = 0
    total: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """Finished; a prediction without a salient region is done as well, and says so."""

    prediction: Prediction
    from_cache: bool = False


@dataclass(frozen=True, slots=True)
class SeriesDone:
    """Finished with a CT series: scores of windows of slices, no saliency."""

    prediction: SeriesPrediction
    from_cache: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """No result, and why."""

    reason: str


AiState = NotRun | Queued | Running | Done | SeriesDone | Failed


def prediction_of(state: AiState) -> Prediction | None:
    """What is said of a mammogram in a finished state, else None."""
    return state.prediction if isinstance(state, Done) else None


def series_of(state: AiState) -> SeriesPrediction | None:
    """What is said of a CT series in a finished state, else None."""
    return state.prediction if isinstance(state, SeriesDone) else None


def describe(state: AiState) -> str:
    """A short sentence for the screen."""
    match state:
        case NotRun(reason):
            return f"AI not run: {reason}" if reason else "AI not run"
        case Queued():
            return "AI queued"
        case Running(stage, done, total):
            return f"AI running: {stage} {done}/{total}"
        case Done(prediction):
            return "AI done" if prediction.has_salient_region else "AI done: no salient region"
        case SeriesDone():
            return "AI done"
        case Failed(reason):
            return f"AI failed: {reason}"

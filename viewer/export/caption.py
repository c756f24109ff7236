"""The words under an exported picture: what is shown, how, by which model; never who."""

from __future__ import annotations

from dataclasses import dataclass

from inference.series import SeriesPrediction
from inference.types import Prediction
from viewer.domain.ai_state import AiState, describe, prediction_of, series_of
from viewer.domain.image_stack import ImageStack
from viewer.domain.overlay_settings import OverlaySettings
from viewer.domain.windowing import DERIVED, Voi, VoiFunction, VoiLut
from viewer.domain.zoom_words import zoom_words

RESEARCH_USE = "Research use only - not for diagnosis"
_NARROW = 20.0
"""Below this width a window's decimals are visible."""
SCALE = "scores 0 to 1, higher is more suspicious"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What a picture says of one image; every part is de-identified by construction."""

    exam_alias: str
    image: str
    """View and kind, such as "RCC DBT"."""
    slice: str
    window: str
    zoom: str
    model: str
    scores: str
    overlay: str
    is_scored: bool

    @property
    def lines(self) -> tuple[str, str]:
        """Two lines: what is shown, and what the model says."""
        shown = (self.exam_alias, self.image, self.slice, self.window, self.zoom)
        said = (self.model, self.scores, SCALE if self.is_scored else "", self.overlay)
        return _joined(shown), _joined(said)

    @property
    def figure_lines(self) -> tuple[str, str]:
        """The two lines without zoom and overlay, which a figure's panels show by themselves."""
        shown = (self.exam_alias, self.image, self.slice, self.window)
        return _joined(shown), _joined((self.model, self.scores, SCALE if self.is_scored else ""))

    @property
    def short(self) -> str:
        """One line for a picture of several images, which names the exam and model once."""
        return _joined((self.image, self.slice, self.window, self.zoom, self.scores))


def caption_of(
    *,
    exam_alias: str,
    image: ImageStack,
    slice_index: int,
    voi: Voi,
    inverted: bool,
    zoom: float,
    ai: AiState,
    overlay: OverlaySettings,
) -> Caption:
    """Describe one displayed image.

    zoom: screen pixels per image pixel. The free text of window presets comes from the file and
    is left out: it may hold anything.
    """
    prediction, series = prediction_of(ai), series_of(ai)
    scored = prediction or series
    return Caption(
        exam_alias=exam_alias,
        image=f"{image.title} {image.kind.value}",
        slice=f"slice {slice_index + 1}/{image.slices}" if image.slices > 1 else "",
        window=window_text(voi, inverted=inverted),
        zoom=zoom_words(zoom),
        model=scored.model.words if scored else "",
        scores=_said_of(prediction, series) or describe(ai),
        overlay=overlay_text(overlay) if prediction else "",
        is_scored=scored is not None,
    )


def window_text(voi: Voi, *, inverted: bool = False) -> str:
    """Centre and width, the function where it is not a line, and whether it is the header's."""
    if isinstance(voi, VoiLut):
        text = "VOI LUT"
    else:
        digits = "g" if voi.width < _NARROW else ".0f"
        text = f"C {voi.center:{digits}} W {voi.width:{digits}}"
        if voi.function is VoiFunction.SIGMOID:
            text += f" {voi.function.value}"
        if voi.explanation == DERIVED:
            text += " derived"
    return f"{text} inverted" if inverted else text


def _said_of(prediction: Prediction | None, series: SeriesPrediction | None) -> str:
    if series is not None:
        return series_text(series)
    return scores_text(prediction) if prediction is not None else ""


def series_text(series: SeriesPrediction) -> str:
    """The score of a CT series, and the slices it comes from."""
    peak = series.peak
    return f"score {series.score:.2f}, slices {peak.first_slice + 1} to {peak.last_slice + 1}"


def scores_text(prediction: Prediction) -> str:
    """Both scores with two decimals, and what limits them."""
    scores = prediction.scores
    text = f"malignant {scores.malignant:.2f}, benign {scores.benign:.2f}"
    if not prediction.has_salient_region:
        text += ", no salient region"
    if prediction.outside_training_views:
        text += ", outside the model's training views"
    return text


def overlay_text(overlay: OverlaySettings) -> str:
    """Which layers are drawn over the image."""
    if not overlay.visible:
        return "AI overlay off"
    layers = [
        name
        for name, shown in (
            ("malignant", overlay.malignant.visible),
            ("benign", overlay.benign.visible),
            ("patches", overlay.boxes),
            ("truth", overlay.truth),
        )
        if shown
    ]
    return f"AI overlay on: {', '.join(layers)}" if layers else "AI overlay on: no layer chosen"


def _joined(parts: tuple[str, ...]) -> str:
    return "   ".join(part for part in parts if part)

"""What a pane says in words: corner text, warnings, the AI's state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import floor, log10

from inference.series import SeriesPrediction
from inference.types import Laterality
from viewer.domain.ai_state import AiState, Done, Failed, NotRun, Queued, Running, SeriesDone
from viewer.domain.dicom_dates import date_words, moment_words
from viewer.domain.exam import PatientIdentity
from viewer.domain.image_marks import modifier_words
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.person_name import name_words
from viewer.domain.screen_pitch import ScreenPitch
from viewer.domain.slice_depth import slice_depth
from viewer.domain.technique import technique_lines
from viewer.domain.true_size import true_size_words
from viewer.domain.view import GUIDANCE, View, ViewModifier
from viewer.domain.viewport import Viewport
from viewer.domain.windowing import DERIVED, Voi, VoiFunction, Window
from viewer.domain.zoom_words import zoom_words

_BELOW = ", below 1:1"
_NO_ROOM_FOR_TECHNIQUE = "technique: enlarge the view"
_SIDES = {Laterality.RIGHT: "right", Laterality.LEFT: "left"}


class Emphasis(Enum):
    """How a line of corner text is set."""

    VIEW = "view"
    """Large enough to be read at arm's length."""
    NORMAL = "normal"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class CornerLine:
    """One line of corner text."""

    text: str
    emphasis: Emphasis = Emphasis.NORMAL
    dispensable: bool = False
    """Left out where there is no room for it beside the tissue."""
    reduced: bool = False
    """Marked with the sign of an image below 1:1."""
    short: str = ""
    """Said instead where the text has no room in one row, or would lie on tissue."""
    stand_in: str = ""
    """Said once for all lines that have it, where even the smallest words have no room for them."""
    kept: str | None = None
    """What stays of it where the air has no room for all lines, such as a sign without words ("").

    None: nothing stays.
    """


@dataclass(frozen=True, slots=True)
class Badge:
    """A warning the reader must not miss: amber, with a sign and words."""

    text: str
    short: str = ""
    """Said instead where it would lie on tissue in as few words as can be; empty: all of it."""


class AiLook(Enum):
    """States of the AI that must never be confused; each has a sign and a colour of its own."""

    NOT_RUN = "not run"
    QUEUED = "queued"
    RUNNING = "running"
    SCORES = "scores"
    NOTHING_SALIENT = "no salient region"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AiLine:
    """The AI's state in one or two lines."""

    look: AiLook
    text: str
    detail: str = ""
    fraction: float | None = None
    """How much is done, 0..1, while running."""
    short: str = ""
    """The scores where there is no room beside the tissue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSettings:
    """Which text is shown. View, laterality and warnings always are."""

    corner_text: bool = True
    identity: bool = False
    """Patient identity; off by default."""
    technique: bool = False
    """The technique factors; off by default, and shown without the other corner text too."""
    ai: bool = True
    """Where the AI stands; off where nothing of it may be seen."""


def ai_line(state: AiState, *, slices: int | None = None) -> AiLine:
    """Put the AI's state on one image into words; slices: how many the image has, if known."""
    match state:
        case NotRun(reason):
            return AiLine(AiLook.NOT_RUN, "AI not run", reason)
        case Queued():
            return AiLine(AiLook.QUEUED, "AI queued")
        case Running(stage, done, total):
            return AiLine(
                AiLook.RUNNING,
                f"AI running  {done}/{total}",
                _stage_words(stage, total, slices),
                min(1.0, done / total) if total > 0 else 0.0,
            )
        case Failed(reason):
            return AiLine(AiLook.FAILED, "AI failed", reason)
        case SeriesDone(prediction):
            return series_line(prediction)
        case Done(prediction):
            model = prediction.model.words
            if prediction.outside_training_views:
                model = f"{model}, outside its training views"
            scores = prediction.scores
            text = f"malignant {scores.malignant:.2f}   benign {scores.benign:.2f}"
            if prediction.has_salient_region:
                short = f"mal {scores.malignant:.2f}  ben {scores.benign:.2f}"
                return AiLine(AiLook.SCORES, text, model, short=short)
            return AiLine(AiLook.NOTHING_SALIENT, "AI: no salient region", f"{text}   {model}")


def _stage_words(stage: str, total: int, slices: int | None) -> str:
    """Several members or augmented passes look at every slice, and all looks are counted."""
    if stage != "slices" or slices is None or total <= slices:
        return stage
    return "passes" if slices == 1 else "slices of all passes"


def series_line(prediction: SeriesPrediction) -> AiLine:
    """The study score of a CT series, and the slices it comes from."""
    peak = prediction.peak
    where = f"highest on slices {peak.first_slice + 1} to {peak.last_slice + 1}"
    model = prediction.model.words
    return AiLine(AiLook.SCORES, f"score {prediction.score:.2f}", f"{where}   {model}")


def badges(stack: ImageStack, state: PaneState) -> tuple[Badge, ...]:
    """What is unusual about the image or how it is shown."""
    said = list(stack.warnings)
    if stack.lacks_view:
        said.insert(0, _unknown_words(stack.view))
    if stack.for_processing and not any("presentation" in w.lower() for w in said):
        said.append("for processing: not for presentation")
    if stack.energy is not None:
        said.append(f"{stack.energy.value} image")
    if stack.implant:
        said.append("implant")
    if ViewModifier.IMPLANT_DISPLACED in stack.view.modifiers:
        said.append("implant displaced")
    if stack.view.modifiers & GUIDANCE:
        said.append(", ".join(modifier_words(stack.view)))
    if stack.partial_view:
        said.append(
            f"partial view: {stack.partial_words}" if stack.partial_words else "partial view"
        )
    return tuple(Badge(text) for text in (*said, *_changed_by_reader(state)))


def _changed_by_reader(state: PaneState) -> tuple[str, ...]:
    changes = {
        "flipped left to right": state.flipped_horizontally,
        "flipped top to bottom": state.flipped_vertically,
        "inverted": state.inverted,
    }
    return tuple(text for text, is_so in changes.items() if is_so)


def _unknown_words(view: View) -> str:
    """What of a view is not known; what is known of it is never kept back."""
    if view.laterality is not None:
        return f"{_SIDES[view.laterality]} breast, unknown view"
    return "unknown view" if view.position is None else f"{view.position.value}, unknown side"


def identity_lines(
    stack: ImageStack | None, identity: PatientIdentity | None
) -> tuple[CornerLine, ...]:
    """Who the patient is, for a screen that is allowed to say so."""
    if identity is None:
        return ()
    acquired = stack.acquired if stack is not None and stack.acquired else identity.study_date
    born = f"born {date_words(identity.birth_date)}" if identity.birth_date else ""
    parts = (
        name_words(identity.name),
        # As between statements, so that a narrow pane breaks here and not on the breast.
        "   ".join(part for part in (identity.patient_id, born) if part),
        moment_words(acquired),
        identity.institution,
    )
    return tuple(CornerLine(part) for part in parts if part)


def view_lines(stack: ImageStack, exam_alias: str, repeat: str = "") -> tuple[CornerLine, ...]:
    """View and laterality, then kind and exam.

    repeat: which of several images of the view and kind this is, such as "1 of 2".
    """
    kind = f"{stack.kind.value}, {repeat}" if repeat else stack.kind.value
    return (
        CornerLine(stack.title, Emphasis.VIEW, kept=stack.title),
        CornerLine(kind, kept=kind),
        CornerLine(exam_alias, Emphasis.SECONDARY, dispensable=True),
    )


def factor_lines(stack: ImageStack, text: TextSettings) -> tuple[CornerLine, ...]:
    """The technique factors, when they are asked for."""
    if not text.technique:
        return ()
    lines = technique_lines(stack.technique, identity=text.identity)
    return tuple(
        CornerLine(line, Emphasis.SECONDARY, stand_in=_NO_ROOM_FOR_TECHNIQUE) for line in lines
    )


def gathered(lines: Sequence[CornerLine]) -> list[CornerLine]:
    """The lines, those that one sentence can stand for replaced by it where they begin."""
    kept: list[CornerLine] = []
    said = set()
    for line in lines:
        if line.stand_in and line.stand_in not in said:
            said.add(line.stand_in)
            kept.append(CornerLine(line.stand_in, line.emphasis))
        elif not line.stand_in:
            kept.append(line)
    return kept


def reading_lines(
    stack: ImageStack,
    slice_index: int,
    voi: Voi,
    viewport: Viewport,
    pitch: ScreenPitch | None = None,
) -> tuple[CornerLine, ...]:
    """Slice, zoom and window."""
    lines = []
    if stack.slices > 1:
        lines.append(_slice_line(stack, slice_index))
    lines.append(_zoom_line(viewport))
    true_size = true_size_words(stack, viewport, pitch)
    if true_size:
        lines.append(CornerLine(true_size, Emphasis.SECONDARY))
    lines.append(_window_line(voi))
    return tuple(lines)


def reduction_lines(viewport: Viewport) -> tuple[CornerLine, ...]:
    """What stays when corner text is off: that the image is below 1:1, if it is."""
    if not is_reduced(viewport):
        return ()
    return (_zoom_line(viewport),)


def is_reduced(viewport: Viewport) -> bool:
    """True below 1:1, where one screen pixel stands for several of the image."""
    return min(viewport.scale_row, viewport.scale_column) < 1.0 - 1e-6


def slice_text(stack: ImageStack, slice_index: int) -> str:
    """Such as "34/70, 33.0 mm from first slice"; see slice_depth."""
    numbered = f"{slice_index + 1}/{stack.slices}"
    depth = slice_depth(stack, slice_index)
    return numbered if depth is None else f"{numbered}, {depth.words}"


def _zoom_line(viewport: Viewport) -> CornerLine:
    """The zoom; below 1:1 the sign says so where the words have no room."""
    text = zoom_text(viewport)
    short = text.removesuffix(_BELOW)
    return CornerLine(
        text,
        Emphasis.SECONDARY,
        reduced=is_reduced(viewport),
        short="" if short == text else short,
        kept="" if is_reduced(viewport) else None,
    )


def _window_line(voi: Voi) -> CornerLine:
    """The window; the header's words for it can go where room is short, its numbers never."""
    text = window_text(voi)
    short = ""
    if isinstance(voi, Window):
        # That the header gave no window is never left out.
        word = "derived" if voi.explanation == DERIVED else ""
        short = window_text(replace(voi, explanation=word))
    return CornerLine(text, Emphasis.SECONDARY, short="" if short == text else short)


def _slice_line(stack: ImageStack, slice_index: int) -> CornerLine:
    """The slice and its depth; where from can go when room is short, the strip says it too."""
    text = slice_text(stack, slice_index)
    depth = slice_depth(stack, slice_index)
    short = "" if depth is None else text.removesuffix(depth.words) + depth.short_words
    return CornerLine(text, short=short, kept=f"{slice_index + 1}/{stack.slices}")


def zoom_text(viewport: Viewport) -> str:
    """Device pixels per image pixel; says so below 1:1, where small calcifications fade."""
    words = zoom_words(viewport.zoom)
    return f"{words}{_BELOW}" if viewport.zoom < 1.0 - 1e-6 else words


def window_text(voi: Voi) -> str:
    """Center and width in modality values, three digits at least, with the header's own words."""
    if not isinstance(voi, Window):
        return f"LUT  {voi.explanation}".strip()
    decimals = max(0, 2 - floor(log10(voi.width)))
    parts = [f"C {voi.center:.{decimals}f}  W {voi.width:.{decimals}f}"]
    if voi.function is VoiFunction.SIGMOID:
        parts.append(voi.function.value)
    if voi.explanation:
        parts.append(voi.explanation)
    return "  ".join(parts)

"""Why commands cannot be used at a moment: sentences shown on hover, never just greyed out."""

from __future__ import annotations

from viewer.commands.command import Context
from viewer.session.ai_results import findings_in_order
from viewer.session.breast_results import is_ai_busy
from viewer.session.placing import extras_of, kinds_of


def without_exam(context: Context) -> str | None:
    """No exam is open."""
    return None if context.state.exam else "open an exam first"


def without_image(context: Context) -> str | None:
    """The active pane is empty."""
    if context.state.exam is None:
        return "open an exam first"
    return None if context.state.active_image else "the active pane holds no image"


def without_slices(context: Context) -> str | None:
    """The active image has one slice."""
    image = context.state.active_image
    if image is None:
        return without_image(context)
    return None if image.slices > 1 else f"{image.name} has one slice"


def without_other_exam(context: Context) -> str | None:
    """Only one exam is open."""
    return None if len(context.state.exams) > 1 else "only one exam is open"


def without_other_kind(context: Context) -> str | None:
    """The view exists as one kind."""
    state = context.state
    if state.exam is None:
        return "open an exam first"
    kinds = kinds_of(state, state.active)
    if len(kinds) > 1:
        return None
    only = kinds[0].kind.value if kinds else "nothing"
    return f"this view has {only} only"


def without_extras(context: Context) -> str | None:
    """The view has no further images."""
    state = context.state
    if state.exam is None:
        return "open an exam first"
    return None if len(extras_of(state, state.active)) > 1 else "this view has no further images"


def without_presets(number: int, context: Context) -> str | None:
    """The image has fewer windows than this number (from 1)."""
    image = context.state.active_image
    if image is None:
        return without_image(context)
    vois = image.vois_of(context.state.active_pane.slice_index)
    return None if number <= len(vois) else f"the image has {len(vois)} windows"


def without_findings(context: Context) -> str | None:
    """The AI has marked nothing, or has not run."""
    if context.state.exam is None:
        return "open an exam first"
    return None if findings_in_order(context.state) else "the AI has marked nothing in this exam"


def without_running_ai(context: Context) -> str | None:
    """Nothing is queued or running."""
    return None if is_ai_busy(context.state) else "the AI is not running"


def without_models(context: Context) -> str | None:
    """The AI cannot run on this exam."""
    return without_exam(context) or context.desk.why_no_ai()


def without_truth(context: Context) -> str | None:
    """No outlines lie beside the exam."""
    exam = context.state.exam
    if exam is None:
        return "open an exam first"
    return None if exam.truth_masks else "no truth outlines lie beside this exam"

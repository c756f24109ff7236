"""An unfinished form and how the images hung, as JSON and back: what a crash must not take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from inference.types import Laterality
from viewer.domain.hanging import Slot
from viewer.domain.pane_state import PaneState
from viewer.domain.viewport import Framing
from viewer.domain.windowing import VoiFunction, Window
from viewer.session.state import SLOTS, Layout, SessionState
from viewer.session.study_form import BreastForm, StudyForm
from viewer.session.study_marks import DraftMark
from viewer.study.answer import BiRads, FindingClass, PomSource
from viewer.study.event import Json
from viewer.study.protocol import Phase


class NotADraft(ValueError):
    """The value was not written by draft_to_json for this form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """What hung where, and how."""

    layout: Layout
    active: Slot
    panes: Mapping[Slot, PaneState]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A phase as it was left."""

    phase: Phase
    client_uuid: str
    """Of the submit to come: a repeated submit is the same submit."""
    form: StudyForm
    hanging: Hanging


def hanging_of(state: SessionState) -> Hanging:
    """How the images hang now."""
    return Hanging(layout=state.layout, active=state.active, panes=MappingProxyType(state.panes))


def hung_as(state: SessionState, hanging: Hanging) -> SessionState:
    """Hang the open exam as it was left; images it does not have stay as they hang."""
    panes = {
        slot: hanging.panes[slot] if _fits(state, hanging.panes[slot]) else state.panes[slot]
        for slot in SLOTS
    }
    return replace(state, layout=hanging.layout, active=hanging.active, panes=panes)


def draft_to_json(draft: Draft) -> dict[str, Json]:
    """Write a draft; draft_from_json gives an equal one."""
    return {
        "phase": draft.phase.value,
        "client_uuid": draft.client_uuid,
        "selected_mark": draft.form.selected_mark,
        "breasts": [_breast_to_json(breast) for breast in draft.form.breasts],
        "layout": draft.hanging.layout.value,
        "active": draft.hanging.active.value,
        "panes": {slot.value: _pane_to_json(pane) for slot, pane in draft.hanging.panes.items()},
    }


def draft_from_json(value: Mapping[str, Json], start: StudyForm) -> Draft:
    """Read a draft; raises NotADraft for anything else.

    start: the form as the phase began; the draft must be of the same breasts.
    """
    try:
        breasts = tuple(_breast_from_json(breast) for breast in _list(value["breasts"]))
        panes = _mapping(value["panes"])
        selected = value["selected_mark"]
        draft = Draft(
            phase=Phase(value["phase"]),
            client_uuid=str(value["client_uuid"]),
            form=replace(
                start, breasts=breasts, selected_mark=None if selected is None else str(selected)
            ),
            hanging=Hanging(
                layout=Layout(value["layout"]),
                active=_slot(value["active"]),
                panes={slot: _pane_from_json(_mapping(panes[slot.value])) for slot in SLOTS},
            ),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise NotADraft(str(error)) from error
    if draft.form.sides != start.sides:
        raise NotADraft("it is of other breasts")
    return draft


def _slot(value: Json) -> Slot:
    """A place of the four views; raises ValueError for any other."""
    slot = Slot(str(value))
    if slot not in SLOTS:
        raise ValueError(f"there is no place {slot.value}")
    return slot


def mark_to_json(mark: DraftMark) -> dict[str, Json]:
    """A mark as MARK_CHANGED events and drafts hold it; null while something is missing."""
    return {
        "mark_id": mark.mark_id,
        "image_id": mark.image_id,
        "view": mark.view,
        "slice_index": mark.slice_index,
        "row": mark.row,
        "column": mark.column,
        "row_mm": mark.row_mm,
        "column_mm": mark.column_mm,
        "confidence_percent": mark.confidence_percent,
        "finding": None if mark.finding is None else mark.finding.value,
    }


def _mark_from_json(value: Mapping[str, Json]) -> DraftMark:
    finding = value["finding"]
    return DraftMark(
        mark_id=str(value["mark_id"]),
        image_id=str(value["image_id"]),
        view=str(value["view"]),
        slice_index=int(_number(value["slice_index"])),
        row=_number(value["row"]),
        column=_number(value["column"]),
        row_mm=_number_or_none(value["row_mm"]),
        column_mm=_number_or_none(value["column_mm"]),
        confidence_percent=_number_or_none(value["confidence_percent"]),
        finding=None if finding is None else FindingClass(finding),
    )


def _breast_to_json(breast: BreastForm) -> dict[str, Json]:
    return {
        "laterality": breast.laterality.value,
        "pom_percent": breast.pom_percent,
        "pom_source": None if breast.pom_source is None else breast.pom_source.value,
        "birads": None if breast.birads is None else breast.birads.value,
        "recall": breast.recall,
        "marks": [mark_to_json(mark) for mark in breast.marks],
        "text": breast.text,
    }


def _breast_from_json(value: Json) -> BreastForm:
    fields = _mapping(value)
    source, birads, recall = fields["pom_source"], fields["birads"], fields["recall"]
    if not (recall is None or isinstance(recall, bool)):
        raise TypeError("recall is no truth value")
    return BreastForm(
        laterality=Laterality(fields["laterality"]),
        pom_percent=_number_or_none(fields["pom_percent"]),
        pom_source=None if source is None else PomSource(source),
        birads=None if birads is None else BiRads(birads),
        recall=recall,
        marks=tuple(_mark_from_json(_mapping(mark)) for mark in _list(fields["marks"])),
        text=str(fields["text"]),
    )


def _pane_to_json(pane: PaneState) -> dict[str, Json]:
    window = pane.window if isinstance(pane.window, Window) else None
    return {
        "image_id": pane.image_id,
        "slice_index": pane.slice_index,
        "preset": pane.preset,
        "window": None
        if window is None
        else [window.center, window.width, window.function.value, window.explanation],
        "inverted": pane.inverted,
        "flipped_horizontally": pane.flipped_horizontally,
        "flipped_vertically": pane.flipped_vertically,
        "framing": [pane.framing.scale, pane.framing.chest_mm, pane.framing.vertical_mm],
    }


def _pane_from_json(fields: Mapping[str, Json]) -> PaneState:
    image_id = fields["image_id"]
    scale, chest_mm, vertical_mm = _list(fields["framing"])
    return PaneState(
        image_id=None if image_id is None else str(image_id),
        slice_index=int(_number(fields["slice_index"])),
        preset=int(_number(fields["preset"])),
        window=None if fields["window"] is None else _window(_list(fields["window"])),
        inverted=bool(fields["inverted"]),
        flipped_horizontally=bool(fields["flipped_horizontally"]),
        flipped_vertically=bool(fields["flipped_vertically"]),
        framing=Framing(
            scale=_number_or_none(scale),
            chest_mm=_number(chest_mm),
            vertical_mm=_number(vertical_mm),
        ),
    )


def _window(parts: Iterable[Json]) -> Window:
    center, width, function, explanation = parts
    return Window(
        center=_number(center),
        width=_number(width),
        function=VoiFunction(function),
        explanation=str(explanation),
    )


def _fits(state: SessionState, pane: PaneState) -> bool:
    if pane.image_id is None:
        return False
    image = state.image(pane.image_id)
    return image is not None and 0 <= pane.slice_index < image.slices


def _mapping(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, got {type(value).__name__}")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got {type(value).__name__}")
    return value


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"expected a number, got {value!r}")
    return float(value)


def _number_or_none(value: Json) -> float | None:
    return None if value is None else _number(value)

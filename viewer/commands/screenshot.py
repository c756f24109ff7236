"""What a picture of an exam shows when nobody sits at the window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from viewer.commands.headless_exam import peak_slice
from viewer.domain.ai_state import AiState, prediction_of, series_of
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind
from viewer.domain.windowing import DERIVED, VoiLut
from viewer.loading.errors import LoadingError
from viewer.session.placing import brought_up, kind_everywhere, with_layout
from viewer.session.readings import opened
from viewer.session.staging import shown_rows
from viewer.session.state import Layout, SessionState

PEAK = "peak"
_KIND_NAMES = {
    "dbt": ImageKind.DBT,
    "synthetic": ImageKind.SYNTHETIC_2D,
    "ffdm": ImageKind.FFDM,
    "capture": ImageKind.SECONDARY_CAPTURE,
    "ct": ImageKind.CT,
}


_PREFERENCE = (
    ImageKind.DBT,
    ImageKind.SYNTHETIC_2D,
    ImageKind.FFDM,
    ImageKind.SECONDARY_CAPTURE,
    ImageKind.CT,
)


class NoSuchPicture(LoadingError):
    """The exam does not have what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiChoice:
    """One of the header's windows, or one of its VOI LUTs; the two are counted apart."""

    number: int
    """From 1, as the header lists them; what it should not have listed is not counted."""
    lut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotRequest:
    """What the picture shall show."""

    view: str | None = None
    """Such as RCC, or AXIAL for a CT series; None: the four-view hanging."""
    kind: ImageKind | None = None
    slice_number: int | str | None = None
    """From 1, or PEAK; None: the middle."""
    voi: VoiChoice | None = None
    """None: the first that the header brings."""
    size: tuple[int, int] = (1920, 1080)
    """(width, height) of the whole picture, caption included."""


def kind_called(name: str) -> ImageKind:
    """The kind that the command line calls so; raises NoSuchPicture."""
    kind = _KIND_NAMES.get(name.lower())
    if kind is None:
        raise NoSuchPicture(
            f"there is no kind of image called {name}", hint=f"one of {', '.join(_KIND_NAMES)}"
        )
    return kind


def hung_for(exam: Exam, request: ShotRequest) -> SessionState:
    """Hang an exam as the window would on opening, then what the request asks for."""
    state = opened(SessionState(), [exam])
    if request.view is None:
        return state if request.kind is None else _with_kind(state, exam, request.kind)
    image = _image_of_view(exam, request.view, request.kind)
    state = brought_up(state, image.image_id)
    return with_layout(state, Layout.SINGLE)


def shown_images(state: SessionState) -> tuple[ImageStack, ...]:
    """The images in the panes on screen."""
    images = (state.image_in(slot) for slot in state.shown_slots)
    return tuple(image for image in images if image is not None)


def with_slices(state: SessionState, request: ShotRequest) -> SessionState:
    """Scroll the shown panes to the slice that was asked for.

    Of the hanging, a volume with fewer slices shows its last. Raises NoSuchPicture when no shown
    image has the slice.
    """
    wanted = request.slice_number
    if wanted is None:
        return state
    images = shown_images(state)
    if isinstance(wanted, int) and images and wanted > max(image.slices for image in images):
        most = max(image.slices for image in images)
        raise NoSuchPicture(f"there is no slice {wanted}", hint=f"slices are 1 to {most}")
    panes = dict(state.panes)
    for slot in state.shown_slots:
        image = state.image_in(slot)
        if image is not None:
            index = _slice_index(image, wanted, state.ai_of(image.image_id))
            panes[slot] = replace(panes[slot], slice_index=index)
    return replace(state, panes=panes)


def hung_alone(exam: Exam, request: ShotRequest) -> SessionState:
    """Hang the one image that is asked for; raises NoSuchPicture when several might be."""
    if request.view is not None:
        return hung_for(exam, request)
    images = [image for image in exam.images if request.kind in (None, image.kind)]
    if len(images) != 1:
        raise NoSuchPicture(
            f"one frame is asked for, and the exam has {len(images)} such images",
            hint="say which with --view and --kind, such as --view RCC",
        )
    return with_layout(
        brought_up(opened(SessionState(), [exam]), images[0].image_id), Layout.SINGLE
    )


def with_voi(state: SessionState, request: ShotRequest) -> SessionState:
    """Draw the shown panes through a window or LUT of their headers; those without it as before.

    Raises NoSuchPicture when no shown image has it.
    """
    choice = request.voi
    if choice is None:
        return state
    panes = dict(state.panes)
    counts: set[tuple[int, int]] = set()
    for slot in state.shown_slots:
        image = state.image_in(slot)
        if image is not None:
            index = panes[slot].slice_index
            offered = _presets(image, index, lut=choice.lut)
            if choice.number <= len(offered):
                panes[slot] = replace(panes[slot], preset=offered[choice.number - 1], window=None)
            luts = len(_presets(image, index, lut=True))
            counts.add((len(_presets(image, index, lut=False)), luts))
    if all(choice.number > count[choice.lut] for count in counts):
        windows, luts = max(counts, default=(0, 0))
        raise NoSuchPicture(
            f"the header has no {'VOI LUT' if choice.lut else 'window'} {choice.number}",
            hint=f"it has {windows} windows and {luts} VOI LUTs",
        )
    return replace(state, panes=panes)


def with_ai(state: SessionState, ai: Mapping[str, AiState]) -> SessionState:
    """Add what the models say, by image id."""
    return replace(state, ai={**state.ai, **ai})


def with_panes_in(state: SessionState, width: int, height: int) -> SessionState:
    """Share an area of device pixels among the shown panes, as the window does."""
    rows = shown_rows(state)
    sizes = {}
    for number, row in enumerate(rows):
        row_height = height * (number + 1) // len(rows) - height * number // len(rows)
        for column, slot in enumerate(row):
            left, right = width * column // len(row), width * (column + 1) // len(row)
            sizes[slot] = (right - left, row_height)
    return replace(state, pane_sizes=sizes)


def _with_kind(state: SessionState, exam: Exam, kind: ImageKind) -> SessionState:
    if all(image.kind is not kind for image in exam.images):
        raise NoSuchPicture(f"the exam has no {kind.value} image", hint=_offer(exam.images))
    return kind_everywhere(state, kind)


def _image_of_view(exam: Exam, view: str, kind: ImageKind | None) -> ImageStack:
    of_view = [image for image in exam.images if image.title.upper() == view.upper()]
    wanted = [image for image in of_view if kind is None or image.kind is kind]
    if not wanted:
        what = f"{view} {kind.value}" if kind else view
        raise NoSuchPicture(f"the exam has no image {what}", hint=_offer(exam.images))
    return min(wanted, key=lambda image: _PREFERENCE.index(image.kind))


def _presets(image: ImageStack, slice_index: int, *, lut: bool) -> list[int]:
    """Where the header's windows, or its LUTs, stand among an image's presets."""
    return [
        index
        for index, voi in enumerate(image.vois_of(slice_index))
        if isinstance(voi, VoiLut) is lut and voi.explanation != DERIVED
    ]


def _slice_index(image: ImageStack, wanted: int | str, ai: AiState) -> int:
    if isinstance(wanted, int):
        return min(wanted, image.slices) - 1
    series = series_of(ai)
    if series is not None:
        return series.peak.middle
    prediction = prediction_of(ai)
    peak = peak_slice(prediction) if prediction is not None else None
    return image.slices // 2 if peak is None else peak


def _offer(images: Iterable[ImageStack]) -> str:
    return f"it has {', '.join(dict.fromkeys(image.name for image in images))}"

"""A reading as a film: what was looked at and what was said, moment by moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from viewer.domain.image_stack import ImageStack
from viewer.domain.overlay_settings import OverlaySettings
from viewer.domain.reader_mark import ReaderMark
from viewer.domain.viewport import Framing, spacing_of
from viewer.domain.windowing import Window
from viewer.session.ai_results import overlay_changed
from viewer.session.placing import activated, brought_up
from viewer.session.scrolling import to_slice
from viewer.session.state import SLOTS, Layout, SessionState
from viewer.study.event import Event, EventKind, Json
from viewer.study.planned_reading import ReadingKey
from viewer.study.projection import key_of
from viewer.study.replay_text import said_of

LONGEST_GAP_MS = 3000
"""A longer time without anything new is shown as so long, so that pauses need not be watched."""
_QUIET = (EventKind.LOOKED, EventKind.ACTIVITY)
_SAMPLE_VALUES = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAt:
    """What one pane showed; as LOOKED events hold it."""

    image_id: str
    slice_index: int
    zoom: float
    centre_row: float
    centre_column: float
    window_centre: float | None
    window_width: float | None
    ai_visible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something new: a look, or an event in words."""

    since_ms: int
    """Really, since the reading was opened."""
    shown_ms: int = 0
    """In the film, where long gaps are short."""
    look: LookAt | None = None
    words: str = ""
    marks: tuple[ReaderMark, ...] = ()
    """All marks from this moment on."""
    ai_is_known: bool = False
    """Whether the AI has been shown by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """All moments of one reading in order."""

    moments: tuple[Moment, ...]

    @property
    def length_ms(self) -> int:
        """Of the film."""
        return self.moments[-1].shown_ms if self.moments else 0

    def upto(self, shown_ms: int) -> tuple[Moment, ...]:
        """The moments until a time of the film, that time included."""
        count = bisect_right(self.moments, shown_ms, key=lambda moment: moment.shown_ms)
        return self.moments[:count]

    def following(self, shown_ms: int) -> Moment | None:
        """The next moment after a time of the film."""
        count = len(self.upto(shown_ms))
        return self.moments[count] if count < len(self.moments) else None


@dataclass(slots=True)
class _Maker:
    """Collects moments while the events are gone through."""

    began: datetime | None = None
    phase_began_ms: int = 0
    marks: dict[str, ReaderMark] = field(default_factory=dict)
    ai_is_known: bool = False
    moments: list[Moment] = field(default_factory=list)

    def add(self, since_ms: int, *, look: LookAt | None = None, words: str = "") -> None:
        self.moments.append(
            Moment(
                since_ms=since_ms,
                look=look,
                words=words,
                marks=tuple(self.marks.values()),
                ai_is_known=self.ai_is_known,
            )
        )


def replay_of(events: Iterable[Event], key: ReadingKey) -> Replay:
    """The film of one reading; raises KeyError or ValueError for an event that is wrong."""
    maker = _Maker()
    for event in events:
        if "order_index" in event.payload and key_of(event) == key:
            _take_in(maker, event)
    ordered = sorted(maker.moments, key=lambda moment: moment.since_ms)
    return Replay(moments=_shortened(_carried_on(ordered)))


def shown_at(
    state: SessionState, moments: Sequence[Moment], plain: OverlaySettings
) -> SessionState:
    """The open exam as it was looked at after these moments; plain: how an overlay is drawn."""
    looks: dict[str, LookAt] = {}
    for moment in moments:
        if moment.look is not None:
            looks.pop(moment.look.image_id, None)
            looks[moment.look.image_id] = moment.look
    state = replace(state, layout=Layout.FOUR_UP)
    for look in looks.values():
        state = _looking(state, look)
    last = moments[-1] if moments else None
    ai = bool(last and last.ai_is_known and any(look.ai_visible for look in looks.values()))
    state = overlay_changed(state, lambda _: replace(plain, visible=ai))
    marks = last.marks if last else ()
    return state if state.reader_marks == marks else replace(state, reader_marks=marks)


def clock_words(since_ms: int) -> str:
    """Such as 2:07.4: minutes and seconds since the reading was opened."""
    minutes, ms = divmod(max(since_ms, 0), 60_000)
    return f"{minutes}:{ms / 1000:04.1f}"


def _looking(state: SessionState, look: LookAt) -> SessionState:
    image = state.image(look.image_id)
    if image is None:
        return state
    state = brought_up(state, look.image_id)
    slot = next(slot for slot in SLOTS if state.panes[slot].image_id == look.image_id)
    state = to_slice(activated(state, slot), slot, look.slice_index)
    pane = replace(state.panes[slot], framing=_framing(image, look), window=_window(look))
    return replace(state, panes={**state.panes, slot: pane})


def _framing(image: ImageStack, look: LookAt) -> Framing:
    row_mm, column_mm = spacing_of(image)
    chest = look.centre_column if image.chest_wall_is_left else image.columns - look.centre_column
    return Framing(
        scale=look.zoom / column_mm,
        chest_mm=chest * column_mm,
        vertical_mm=(look.centre_row - image.rows / 2) * row_mm,
    )


def _window(look: LookAt) -> Window | None:
    if look.window_centre is None or look.window_width is None or look.window_width < 1.0:
        return None
    return Window(center=look.window_centre, width=look.window_width)


def _take_in(maker: _Maker, event: Event) -> None:
    moment = datetime.fromisoformat(event.utc)
    maker.began = maker.began or moment
    since_ms = round((moment - maker.began).total_seconds() * 1000)
    kind = event.kind
    if kind is EventKind.PHASE_OPENED:
        maker.phase_began_ms = since_ms
    elif kind is EventKind.AI_REVEALED:
        maker.ai_is_known = True
    elif kind is EventKind.MARK_CHANGED:
        _change_mark(maker, event)
    elif kind is EventKind.LOOKED:
        for sample in _list(event.payload["samples"]):
            ms, look = _look(_list(sample))
            maker.add(maker.phase_began_ms + ms, look=look)
    if kind not in _QUIET:
        maker.add(since_ms, words=said_of(event))


def _change_mark(maker: _Maker, event: Event) -> None:
    value = event.payload["mark"]
    if not isinstance(value, dict):
        raise ValueError("mark must be an object")
    mark_id = str(value["mark_id"])
    if event.payload["action"] == "deleted":
        maker.marks.pop(mark_id, None)
        return
    known = maker.marks.get(mark_id)
    confidence = value["confidence_percent"]
    words = [str(value["finding"] or "")]
    if confidence is not None:
        words.append(f"{_number(confidence):g} %")
    maker.marks[mark_id] = ReaderMark(
        mark_id=mark_id,
        number=known.number if known else len(maker.marks) + 1,
        image_id=str(value["image_id"]),
        slice_index=round(_number(value["slice_index"])),
        row=_number(value["row"]),
        column=_number(value["column"]),
        words=" ".join(words).strip(),
    )


def _look(sample: list[Json]) -> tuple[int, LookAt]:
    if len(sample) != _SAMPLE_VALUES:
        raise ValueError(f"a sample has {_SAMPLE_VALUES} values, got {len(sample)}")
    ms, image_id, slice_index, zoom, row, column, centre, width, ai_visible = sample
    return round(_number(ms)), LookAt(
        image_id=str(image_id),
        slice_index=round(_number(slice_index)),
        zoom=_number(zoom),
        centre_row=_number(row),
        centre_column=_number(column),
        window_centre=None if centre is None else _number(centre),
        window_width=None if width is None else _number(width),
        ai_visible=bool(ai_visible),
    )


def _carried_on(moments: Iterable[Moment]) -> list[Moment]:
    """Looks were written later than what happened meanwhile: marks and AI are those of the time."""
    carried: list[Moment] = []
    marks: tuple[ReaderMark, ...] = ()
    ai_is_known = False
    for moment in moments:
        if moment.look is None:
            marks, ai_is_known = moment.marks, moment.ai_is_known
        carried.append(replace(moment, marks=marks, ai_is_known=ai_is_known))
    return carried


def _shortened(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """The times of the film."""
    shown: list[Moment] = []
    before, shown_ms = 0, 0
    for moment in moments:
        shown_ms += min(max(moment.since_ms - before, 0), LONGEST_GAP_MS)
        before = moment.since_ms
        shown.append(replace(moment, shown_ms=shown_ms))
    return tuple(shown)


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, got {type(value).__name__}")
    return value


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {value!r}")
    return float(value)

"""The design of a study as a picture: readers down, sessions across, phases as boxes.

Plain shapes without a drawing library; viewer/export/design_svg.py and the wizard draw them.
Lengths are in points, from the top left corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from viewer.study.crossover import PhasesOf, halves, session_cases
from viewer.study.protocol import Arm, Design, Phase, Protocol, StudySession


class BoxRole(Enum):
    """What a box stands for; decides its colour."""

    TRAINING = "training"
    ALONE = "alone"
    AIDED = "aided"
    ON_REQUEST = "on request"
    WASHOUT = "washout"


class TextRole(Enum):
    """What a text stands for; decides its size and weight."""

    TITLE = "title"
    HEADING = "heading"
    READER = "reader"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBox:
    """A rectangle with one or two centred lines of text."""

    left: float
    top: float
    width: float
    height: float
    role: BoxRole
    text: str
    detail: str = ""
    is_locked: bool = False
    """Whether its answer is locked before the box to the right begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureText:
    """A text; left and baseline in points, centred on `left` where it says so."""

    left: float
    baseline: float
    text: str
    role: TextRole
    is_centred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignPicture:
    """All shapes of the picture."""

    width: float
    height: float
    title: str
    boxes: tuple[PictureBox, ...]
    texts: tuple[PictureText, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """Readers that meet the AI in the same way."""

    arm: Arm
    readers: tuple[str, ...]


MARGIN = 16.0
LABEL_WIDTH = 150.0
CELL_WIDTH = 268.0
TRAINING_WIDTH = 60.0
GAP_WIDTH = 96.0
PLAIN_GAP_WIDTH = 24.0
ROW_HEIGHT = 44.0
ROW_GAP = 10.0
HEADER_HEIGHT = 74.0
NOTE_HEIGHT = 20.0
BOX_GAP = 6.0
MOST_ROWS = 12
"""With more readers, those with the same pattern share a row."""


def design_picture(protocol: Protocol) -> DesignPicture:
    """Lay the design out."""
    rows = _rows(protocol)
    notes = _notes(protocol)
    lefts = _session_lefts(protocol)
    bottom = MARGIN + HEADER_HEIGHT + len(rows) * (ROW_HEIGHT + ROW_GAP)
    boxes: list[PictureBox] = []
    texts = [
        PictureText(
            left=MARGIN, baseline=MARGIN + 16, text=_shortened(protocol.title), role=TextRole.TITLE
        ),
        *_headings(protocol, lefts),
    ]
    for place, row in enumerate(rows):
        top = MARGIN + HEADER_HEIGHT + place * (ROW_HEIGHT + ROW_GAP)
        texts += _row_labels(row, top)
        for session, left in zip(protocol.sessions, lefts, strict=True):
            boxes += _cell(protocol, row, session, left, top)
        boxes += _washouts(row, lefts, top)
    texts += [
        PictureText(
            left=MARGIN, baseline=bottom + (n + 1) * NOTE_HEIGHT, text=note, role=TextRole.NOTE
        )
        for n, note in enumerate(notes)
    ]
    return DesignPicture(
        width=lefts[-1] + CELL_WIDTH + MARGIN if lefts else LABEL_WIDTH + 2 * MARGIN,
        height=bottom + len(notes) * NOTE_HEIGHT + MARGIN,
        title=protocol.title,
        boxes=tuple(boxes),
        texts=tuple(texts),
    )


def _rows(protocol: Protocol) -> list[_Row]:
    rows: list[_Row] = []
    for arm in protocol.arms:
        readers = [r.reader_id for r in protocol.readers if r.arm_id == arm.arm_id]
        if len(protocol.readers) <= MOST_ROWS:
            rows += [_Row(arm, (reader,)) for reader in readers]
            continue
        step = 2 if arm.design is Design.CROSSOVER else 1
        groups = [tuple(readers[start::step]) for start in range(step)]
        rows += [_Row(arm, group) for group in groups if group]
    return rows


def _session_lefts(protocol: Protocol) -> list[float]:
    has_washout = any(arm.design is Design.CROSSOVER for arm in protocol.arms)
    gap = GAP_WIDTH if has_washout else PLAIN_GAP_WIDTH
    start = MARGIN + LABEL_WIDTH
    return [start + place * (CELL_WIDTH + gap) for place in range(len(protocol.sessions))]


def _headings(protocol: Protocol, lefts: Sequence[float]) -> Iterator[PictureText]:
    for session, left in zip(protocol.sessions, lefts, strict=True):
        centre = left + CELL_WIDTH / 2
        lines = (f"Session {session.session_id}", _size_in_words(protocol, session))
        for n, line in enumerate(lines):
            yield PictureText(
                left=centre,
                baseline=MARGIN + 44 + 16 * n,
                text=line,
                role=TextRole.NOTE if n else TextRole.HEADING,
                is_centred=True,
            )


def _size_in_words(protocol: Protocol, session: StudySession) -> str:
    main = sum(not case.training for case in session_cases(protocol, session))
    words = [f"{main} cases"]
    if protocol.planted_repeats and main:
        words.append(f"{protocol.planted_repeats} read twice")
    if session.time_limit_s is not None:
        words.append(f"{session.time_limit_s:g} s each")
    return ", ".join(words)


def _row_labels(row: _Row, top: float) -> Iterator[PictureText]:
    count = len(row.readers)
    name = row.readers[0] if count == 1 else f"{count} readers ({row.readers[0]}, ...)"
    lines = ((name, TextRole.READER), (f"arm {row.arm.arm_id}", TextRole.NOTE))
    for n, (line, role) in enumerate(lines):
        yield PictureText(
            left=MARGIN, baseline=top + 19 + 15 * n, text=_shortened(line, 24), role=role
        )


def _cell(
    protocol: Protocol, row: _Row, session: StudySession, left: float, top: float
) -> Iterator[PictureBox]:
    cases = session_cases(protocol, session)
    training = sum(case.training for case in cases)
    width = CELL_WIDTH
    if training:
        yield PictureBox(
            left=left,
            top=top,
            width=TRAINING_WIDTH,
            height=ROW_HEIGHT,
            role=BoxRole.TRAINING,
            text="Training",
            detail=f"{training}",
        )
        left += TRAINING_WIDTH + BOX_GAP
        width -= TRAINING_WIDTH + BOX_GAP
    steps = list(_steps(protocol, row, session))
    each = (width - BOX_GAP * (len(steps) - 1)) / max(len(steps), 1)
    for place, (role, text, detail) in enumerate(steps):
        yield PictureBox(
            left=left + place * (each + BOX_GAP),
            top=top,
            width=each,
            height=ROW_HEIGHT,
            role=role,
            text=text,
            detail=detail,
            is_locked=row.arm.design in (Design.SEQUENTIAL, Design.ON_REQUEST) and place == 0,
        )


def _steps(
    protocol: Protocol, row: _Row, session: StudySession
) -> Iterator[tuple[BoxRole, str, str]]:
    main = [case for case in session_cases(protocol, session) if not case.training]
    design = row.arm.design
    if not main:
        return
    if design is Design.CROSSOVER:
        phases = PhasesOf(protocol, row.readers[0], session.session_id)
        half_of = halves(protocol)
        for half in (0, 1):
            cases = [case for case in main if half_of[case.case_id] == half]
            for phase in Phase:
                count = sum(phases.of(case) == (phase,) for case in cases)
                if count:
                    yield _ROLE[phase], _NAME[phase], f"half {half + 1}: {count}"
        return
    yield BoxRole.ALONE, _NAME[Phase.ALONE], f"{len(main)}"
    if design is Design.SEQUENTIAL:
        yield BoxRole.AIDED, _NAME[Phase.AIDED], f"{len(main)}"
    elif design is Design.ON_REQUEST:
        yield BoxRole.ON_REQUEST, _NAME[Phase.AIDED], "on request"


_ROLE = {Phase.ALONE: BoxRole.ALONE, Phase.AIDED: BoxRole.AIDED}
_NAME = {Phase.ALONE: "Alone", Phase.AIDED: "With the AI"}


def _washouts(row: _Row, lefts: Sequence[float], top: float) -> Iterator[PictureBox]:
    if row.arm.design is not Design.CROSSOVER:
        return
    for left in lefts[1:]:
        yield PictureBox(
            left=left - GAP_WIDTH + BOX_GAP,
            top=top,
            width=GAP_WIDTH - 2 * BOX_GAP,
            height=ROW_HEIGHT,
            role=BoxRole.WASHOUT,
            text="Washout",
            detail=f"{row.arm.washout_days} days or more",
        )


def _notes(protocol: Protocol) -> list[str]:
    """What the boxes do not say."""
    designs = {arm.design for arm in protocol.arms}
    notes = ["Every reader meets the cases in another random order in every session."]
    if designs & {Design.SEQUENTIAL, Design.ON_REQUEST}:
        notes.append("The answer alone is locked, case by case, before anything of the AI appears.")
    if Design.CROSSOVER in designs:
        notes.append("Crossover: the two halves of a session are mixed in random order.")
    if any(case.training for case in protocol.cases):
        shown = "with" if protocol.feedback else "without"
        notes.append(f"Training cases come first, {shown} feedback; they are not analysed.")
    return notes


def _shortened(text: str, longest: int = 70) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."

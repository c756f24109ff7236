"""A hanging protocol: stages of places, each place a rule for the image that hangs there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.view import ImageKind

LARGEST_GRID = 4
"""Rows, and places in a row, of one screen."""
MOST_SCREENS = 4


class Origin(Enum):
    """Which study of the patient an image comes from."""

    CURRENT = "current"
    PRIOR = "prior"
    """The newest study before the one that is read."""


class PlaceFraming(Enum):
    """How an image is framed when its stage comes up; the value is what files and menus say."""

    FIT = "fit"
    ACTUAL_PIXELS = "1:1"
    UPPER_CHEST = "1:1 upper, chest wall"
    UPPER_NIPPLE = "1:1 upper, nipple"
    LOWER_CHEST = "1:1 lower, chest wall"
    LOWER_NIPPLE = "1:1 lower, nipple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What hangs in one pane."""

    view: Slot | None = None
    """One of the four standard views; None: an empty place, filled by hand."""
    origin: Origin = Origin.CURRENT
    kinds: tuple[ImageKind, ...] = ()
    """Only these, the first that there is; empty: any, DBT first."""
    framing: PlaceFraming = PlaceFraming.FIT
    image_id: str = ""
    """A certain image of the exam, in the stages that follow from its modified views."""
    image_title: str = ""
    """What that image shows, such as "RCC-M"."""

    @property
    def words(self) -> str:
        """What the place is for, such as "RCC prior DBT"."""
        if self.image_id:
            return self.image_title
        parts = [self.view.value if self.view else "free"]
        if self.origin is Origin.PRIOR:
            parts.append("prior")
        parts += [kind.value for kind in self.kinds]
        if self.framing is not PlaceFraming.FIT:
            parts.append(self.framing.value)
        return " ".join(parts)


Rows = tuple[tuple[Place, ...], ...]
"""Rows of one screen from the top, each from the left; a row shares the width evenly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of a protocol: what hangs on each screen."""

    title: str
    screens: tuple[Rows, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.screens) <= MOST_SCREENS:
            raise ValueError(f"a stage has 1 to {MOST_SCREENS} screens, not {len(self.screens)}")
        for rows in self.screens:
            if not 1 <= len(rows) <= LARGEST_GRID:
                raise ValueError(f"a screen has 1 to {LARGEST_GRID} rows, not {len(rows)}")
            for row in rows:
                if not 1 <= len(row) <= LARGEST_GRID:
                    raise ValueError(f"a row has 1 to {LARGEST_GRID} places, not {len(row)}")

    @property
    def places(self) -> dict[Slot, Place]:
        """All places by slot, in reading order; equal places are told apart by a number."""
        named: dict[Slot, Place] = {}
        for rows in self.screens:
            for row in rows:
                for place in row:
                    named[_free_slot(place, named)] = place
        return named

    @property
    def slot_rows(self) -> tuple[tuple[tuple[Slot, ...], ...], ...]:
        """The slots of every screen, laid out as `screens` is."""
        slots = iter(self.places)
        return tuple(
            tuple(tuple(next(slots) for _ in row) for row in rows) for rows in self.screens
        )

    def rows_on(self, screen: int, screens: int) -> tuple[tuple[Slot, ...], ...]:
        """The slots that one of the open windows shows, row by row.

        Screens for which no window is open stand beside the first one's rows. A stage of one
        screen is shared between two windows where its rows can be halved: right breasts on the
        first, left ones on the second.
        """
        laid = self.slot_rows
        if len(laid) == 1 and screens > 1 and all(len(row) % 2 == 0 for row in laid[0]):
            laid = (
                tuple(row[: len(row) // 2] for row in laid[0]),
                tuple(row[len(row) // 2 :] for row in laid[0]),
            )
        if screen > 0:
            return laid[screen] if screen < min(len(laid), screens) else ()
        rows = list(laid[0])
        for beside in laid[max(1, screens) :]:
            height = max(len(rows), len(beside))
            rows = [
                (rows[n] if n < len(rows) else ()) + (beside[n] if n < len(beside) else ())
                for n in range(height)
            ]
        return tuple(rows)

    @property
    def needs_prior(self) -> bool:
        """Whether a place asks for an earlier study."""
        return any(place.origin is Origin.PRIOR for place in self.places.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class HangingProtocol:
    """Stages that a reader steps through."""

    protocol_id: str
    """The name of its file, without the suffix."""
    title: str
    stages: tuple[Stage, ...]
    help: str = ""
    shipped: bool = field(default=True, compare=False)
    """False for a user's own."""

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("a hanging protocol needs a stage")


def _free_slot(place: Place, taken: dict[Slot, Place]) -> Slot:
    slot, number = Slot(place.words), 2
    while slot in taken:
        slot, number = Slot(f"{place.words} ({number})"), number + 1
    return slot


def _standard(view: Slot) -> Place:
    return Place(view=view)


RCC, LCC, RMLO, LMLO = (_standard(slot) for slot in STANDARD_SLOTS)
FOUR_VIEWS = HangingProtocol(
    protocol_id="four-views",
    title="Four views",
    stages=(Stage(title="Four views", screens=(((RCC, LCC), (RMLO, LMLO)),)),),
    help="RCC and LCC over RMLO and LMLO, chest walls touching.",
)
"""What hangs when no file says otherwise, and in reader studies."""

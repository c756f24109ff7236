"""One image of an exam: a 2D image is a stack with one slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from inference.types import Laterality
from viewer.domain.ct import CtFacts
from viewer.domain.geometry import AS_STORED, Orientation, PixelSpacing
from viewer.domain.slice_places import SlicePlaces
from viewer.domain.technique import Technique
from viewer.domain.view import Energy, ImageKind, View
from viewer.domain.windowing import GreyScale, Voi, Window

NOTHING_PER_SLICE: Mapping[int, tuple[Voi, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageStack:
    """Everything known of an image before its pixels are decoded, in displayed orientation."""

    image_id: str
    """Stable and meaningless: a hash, safe in logs and caches."""
    name: str
    """De-identified, readable and unique in the exam, such as "RCC DBT" or "LMLO FFDM 2"."""
    kind: ImageKind
    view: View
    slices: int
    rows: int
    columns: int
    grey_scale: GreyScale
    vois: tuple[Voi, ...]
    """The header's windows, then its LUTs, in order; never empty (a derived one is said so)."""
    slice_vois: Mapping[int, tuple[Voi, ...]] = field(default_factory=lambda: NOTHING_PER_SLICE)
    """Only where per-frame windows differ from `vois`."""
    spacing: PixelSpacing | None = None
    pixel_aspect: float = 1.0
    """How high a pixel is over how wide; of use only where the spacing is not known."""
    slice_spacing_mm: float | None = None
    places: SlicePlaces | None = None
    """Where each slice lies; None where the slices are taken to follow each other evenly."""
    support_is_first: bool | None = None
    """Of tomosynthesis: whether slices count from the breast support; None when not known."""
    orientation: Orientation = AS_STORED
    """How stored frames were laid to be anatomically up, left facing right, right facing left."""
    stored_rows: int = 0
    stored_columns: int = 0
    missing_slices: int = 0
    """How many slices of the volume are known to be absent: not sent, or lost."""
    missing_at_least: bool = False
    """Whether more may be absent: how long a lost part was, nobody says."""
    for_processing: bool = False
    energy: Energy | None = None
    """Of contrast mammography; None for a plain image."""
    implant: bool = False
    partial_view: bool = False
    partial_words: str = ""
    """Which part a partial view shows, where the header says."""
    acquired: str | None = None
    """Acquisition date and time as the header has it; identity, hidden by default."""
    technique: Technique = field(default_factory=Technique)
    ct: CtFacts | None = None
    """Of CT images only; those are no breast's, and have no laterality and view."""
    warnings: tuple[str, ...] = ()
    """Sentences the pane must show, such as a disagreement of header and pixels."""

    @property
    def title(self) -> str:
        """What the image shows in a word: its view, or the plane of a CT series."""
        return self.view.abbreviation if self.ct is None else self.ct.title

    @property
    def lacks_view(self) -> bool:
        """True for a mammogram whose side or projection is not identified."""
        return self.ct is None and not self.view.is_known

    @property
    def unlike_mammogram(self) -> str | None:
        """Why the pixels are not a mammogram's as readers and networks know it; None: they are."""
        if self.for_processing:
            return "raw pixels (For Processing)"
        if self.energy in (None, Energy.LOW):
            return None
        return f"the {self.energy.value} image (contrast)"

    @property
    def missing_words(self) -> str:
        """How many slices are absent, such as "3 of 12 slices are missing"; empty when none is."""
        if not self.missing_slices:
            return ""
        if not self.missing_at_least:
            total = self.slices + self.missing_slices
            return f"{self.missing_slices} of {total} slices are missing"
        verb = "slice is" if self.missing_slices == 1 else "slices are"
        return f"at least {self.missing_slices} {verb} missing"

    @property
    def chest_wall_is_left(self) -> bool:
        """True when the chest wall is at column 0 of the displayed image (left breasts)."""
        return self.view.laterality is not Laterality.RIGHT

    def vois_of(self, slice_index: int) -> tuple[Voi, ...]:
        """The presets of one slice."""
        return self.slice_vois.get(slice_index, self.vois)

    def default_window(self, slice_index: int) -> Voi:
        """The first preset of the slice: what the header wants shown."""
        return self.vois_of(slice_index)[0]

    def draggable_window(self, voi: Voi) -> Window:
        """The window a drag starts from."""
        return voi if isinstance(voi, Window) else voi.window_like()

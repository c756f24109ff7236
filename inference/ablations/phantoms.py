"""Small phantom images for ablations: large masses in full view, and where they lie."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from inference.atomic_file import write_atomically
from inference.training.breast import View, compress, draw_breast
from inference.training.imaging import ImagedView
from inference.training.lesions import Lesion, LesionKind, draw_lesion
from inference.training_runs.config import ImageType, PhantomSettings
from inference.training_runs.examples import KnownImage, PreparedImage, group_of
from inference.types import BENIGN, MALIGNANT, Laterality

FINDINGS = ((), (BENIGN,), (MALIGNANT,), (BENIGN, MALIGNANT))
"""Every breast is shown with each of these sets of findings."""
BREAST_SHARE = 0.6
"""Of the columns, counted from the chest wall: beyond lies air."""
_KINDS = {BENIGN: LesionKind.ROUND_MASS, MALIGNANT: LesionKind.SPICULATED_MASS}
_SIZES_MM = {ImageType.FFDM: (14.0, 24.0), ImageType.DBT: (18.0, 28.0)}
_CONSPICUITIES = {ImageType.FFDM: (0.6, 1.0), ImageType.DBT: (0.8, 1.0)}
"""Volumes have larger pixels and sharper tissue, so that smaller findings are lost in them."""
_APART_MM = 30.0
CONSTANTS = (FINDINGS, BREAST_SHARE, _KINDS, _SIZES_MM, _CONSPICUITIES, _APART_MM)
"""What decides about findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a finding lies in an image; pixels, in its middle slice."""

    finding_class: int
    row: float
    column: float
    radius: float
    slice_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationImage:
    """One image, kept in a file, and its truth."""

    prepared: PreparedImage
    breast: int
    """Images of one breast share their tissue."""
    places: tuple[Place, ...]


def ablation_images(
    settings: PhantomSettings,
    kind: ImageType,
    views: tuple[View, ...],
    folder: Path,
    numbers: Sequence[int] | None = None,
) -> list[AblationImage]:
    """Every breast with every set of findings in every view; made once, kept in `folder`.

    numbers: of the breasts; None: of all that the settings ask for.
    """
    folder.mkdir(parents=True, exist_ok=True)
    images: list[AblationImage] = []
    for number in range(settings.exams) if numbers is None else numbers:
        for view in views:
            images += _of_view(settings, number, view, kind, folder)
    return images


def _of_view(
    settings: PhantomSettings, number: int, view: View, kind: ImageType, folder: Path
) -> Iterator[AblationImage]:
    healthy: ImagedView | None = None
    for index in range(len(FINDINGS)):
        size = f"{settings.rows}x{settings.columns}x{settings.slices}"
        key = f"{settings.seed}-{number}-{index}-{view.value}-{kind.name}-{size}"
        pixels, notes = folder / f"{key}.npy", folder / f"{key}.json"
        if not notes.exists():
            healthy = healthy or _healthy(settings, number, view)
            lesions = _lesions(settings.seed, number, index, kind, healthy)
            imaged = healthy.with_lesions(lesions)
            _write(imaged, kind, pixels, notes)
        told = json.loads(notes.read_text(encoding="utf-8"))
        yield AblationImage(
            prepared=PreparedImage(
                known=_known(settings.seed, number, index, view, kind, key),
                path=pixels,
                top=0,
                left=0,
                input_rows=told["rows"],
                input_columns=told["columns"],
            ),
            breast=number,
            places=tuple(Place(**place) for place in told["places"]),
        )


def _healthy(settings: PhantomSettings, number: int, view: View) -> ImagedView:
    breast = draw_breast((settings.seed, number), Laterality.LEFT)
    compressed = compress(
        breast, view, rows=settings.rows, columns=settings.columns, slices=settings.slices
    )
    return ImagedView.build(compressed, ())


def _lesions(
    seed: int, number: int, index: int, kind: ImageType, healthy: ImagedView
) -> list[Lesion]:
    """The same findings in both views of a breast: drawn without looking at the view."""
    generator = np.random.default_rng([seed, number, index])
    breast = healthy.view.breast
    while True:
        lesions = [
            replace(
                draw_lesion(
                    generator,
                    breast,
                    number=10 * index + own,
                    finding_class=own,
                    kind=_KINDS[own],
                    conspicuity=float(generator.uniform(*_CONSPICUITIES[kind])),
                ),
                size_mm=float(generator.uniform(*_SIZES_MM[kind])),
            )
            for own in FINDINGS[index]
        ]
        if len(lesions) < 2:
            return lesions
        one, other = (lesion.place for lesion in lesions)
        apart = np.hypot(one.posterior_mm - other.posterior_mm, one.lateral_mm - other.lateral_mm)
        if apart > _APART_MM:
            return lesions


def _write(imaged: ImagedView, kind: ImageType, pixels: Path, notes: Path) -> None:
    if kind is ImageType.DBT:
        slices = [imaged.tomosynthesis_slice(index) for index in range(imaged.view.slices)]
        grid = imaged.view.grid
    else:
        slices, grid = [imaged.ffdm()], imaged.ffdm_grid
    columns = round(BREAST_SHARE * grid.columns)
    with pixels.open("wb") as file:
        np.save(file, np.stack(slices)[:, :, :columns])
    places = [
        Place(
            finding_class=placed.lesion.kind.finding_class,
            row=float(grid.row_of(placed.row_mm)),
            column=float(grid.column_of(placed.column_mm)),
            radius=placed.lesion.size_mm / 2 / grid.pixel_mm,
            slice_index=placed.slice_index(imaged.view) if kind is ImageType.DBT else 0,
        )
        for placed in imaged.lesions
    ]
    told = {"rows": grid.rows, "columns": columns, "places": [asdict(one) for one in places]}
    # Last: it says that the pixels are whole.
    write_atomically(notes, json.dumps(told).encode())


def _known(seed: int, number: int, index: int, view: View, kind: ImageType, key: str) -> KnownImage:
    benign, malignant = BENIGN in FINDINGS[index], MALIGNANT in FINDINGS[index]
    return KnownImage(
        name=f"phantom {number} {view.value}",
        key=key,
        patient=f"{seed}-{number}",
        exam=f"{seed}-{number}-{index}",
        laterality=Laterality.LEFT,
        view=view.value,
        kind=kind,
        benign=benign,
        malignant=malignant,
        birads=group_of(benign=benign, malignant=malignant),
    )

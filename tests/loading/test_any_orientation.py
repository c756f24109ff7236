"""However the pixels are stored, a header that says so gives the same pixels on screen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading_builders import DBT, FFDM, breast, code, header, only_exam, save, write
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.sr.codedict import codes

from inference.types import Laterality
from viewer.domain.ai_state import NotRun
from viewer.domain.frame import Frame
from viewer.domain.geometry import Orientation
from viewer.domain.hanging import slot_of
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.view import ViewModifier, ViewPosition
from viewer.domain.view_codes import MODIFIER_OF_CODE
from viewer.loading.dicom_view import view_of
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneContext, build_scene
from viewer.rendering.scene_raster import rasterise

OPPOSITE = {"A": "P", "P": "A", "L": "R", "R": "L", "H": "F", "F": "H"}
CC_LIKE = ("CC", "XCC", "XCCL", "XCCM", "FB")
LATERAL = ("MLO", "ML", "LM", "LMO", "SIO", "ISO")
CODES = {
    "CC": "399162004",
    "MLO": "399368009",
    "ML": "399260004",
    "LM": "399352003",
    "LMO": "399099002",
    "FB": "399196006",
    "XCC": "399265009",
    "XCCL": "399192008",
    "XCCM": "399101009",
    "SIO": "399188001",
    "ISO": "441555000",
}
ALL_ORIENTATIONS = st.builds(
    Orientation,
    transposed=st.booleans(),
    rows_reversed=st.booleans(),
    columns_reversed=st.booleans(),
)


def shown_letters(side: str, position: str) -> str:
    """Patient Orientation of a displayed image: IHE RAD TF-2 4.16.4.2.2.1.1.2."""
    across = "A" if side == "L" else "P"
    if position in CC_LIKE:
        return across + ("R" if side == "L" else "L")
    return across + "F"


def as_stored(
    displayed: NDArray[np.uint16], letters: str, orientation: Orientation
) -> tuple[NDArray[np.uint16], list[str]]:
    """The pixels and letters that this orientation turns into the displayed ones."""
    across, down = letters
    if orientation.columns_reversed:
        across = OPPOSITE[across]
    if orientation.rows_reversed:
        down = OPPOSITE[down]
    stored = np.ascontiguousarray(orientation.undo(displayed))
    return stored, [down, across] if orientation.transposed else [across, down]


def with_muscle(displayed: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """A left breast with the pectoral muscle in its upper corner, along the upper edge."""
    row, column = np.mgrid[: displayed.shape[1], : displayed.shape[2]]
    return np.where(row / 60 + column / 50 < 1, np.uint16(880), displayed)


def opened(
    kind: str, side: str, position: str, orientation: Orientation
) -> tuple[ImageStack, NDArray[np.uint8]]:
    """The image, and its picture in a pane, of a file that is stored in this orientation."""
    displayed = breast(slices=3 if kind == "DBT" else 1)
    if position in LATERAL:
        displayed = with_muscle(displayed)
    if side == "R":
        displayed = displayed[..., ::-1]
    stored, letters = as_stored(displayed, shown_letters(side, position), orientation)
    spacing = [0.1, 0.08]
    with TemporaryDirectory() as folder:
        located = only_exam(
            write(
                Path(folder) / "a.dcm",
                stored,
                sop_class=DBT if kind == "DBT" else FFDM,
                laterality=side,
                view=None,
                ViewCodeSequence=Items([code(CODES[position])]),
                orientation=letters,
                ImagerPixelSpacing=spacing[::-1] if orientation.transposed else spacing,
                WindowCenter=500,
                WindowWidth=1000,
            )
        )
        image = located.exam.images[0]
        codes_ = located.frames[image.image_id].read_frame(1 if kind == "DBT" else 0)
    np.testing.assert_array_equal(codes_, displayed[len(displayed) // 2])
    scene = build_scene(
        stack=image,
        state=PaneState(image_id=image.image_id, slice_index=image.slices // 2),
        frame=Frame.cropped(codes_),
        fit_scale=8.0,
        pane_width=100,
        pane_height=120,
        ai=NotRun(),
        context=PaneContext(),
    )
    grey = rasterise(scene, Quality.STILL).grey
    assert grey is not None
    return image, grey.pixels


@lru_cache
def as_displayed(kind: str, side: str, position: str) -> tuple[ImageStack, NDArray[np.uint8]]:
    return opened(kind, side, position, Orientation())


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(["DBT", "FFDM"]),
    side=st.sampled_from(["L", "R"]),
    position=st.sampled_from([*CC_LIKE, *LATERAL]),
    orientation=ALL_ORIENTATIONS,
)
def test_any_orientation_with_its_header_gives_the_same_pixels_on_screen(
    kind: str, side: str, position: str, orientation: Orientation
) -> None:
    expected, picture = as_displayed(kind, side, position)
    image, seen = opened(kind, side, position, orientation)
    assert picture.any()
    np.testing.assert_array_equal(seen, picture)
    assert image.spacing == expected.spacing
    assert image.warnings == expected.warnings
    assert not any("chest wall" in said for said in image.warnings)


@pytest.mark.parametrize("side", ["L", "R"])
@pytest.mark.parametrize("position", [*CC_LIKE, *LATERAL])
@pytest.mark.parametrize("kind", ["DBT", "FFDM"])
def test_every_view_lies_as_the_table_has_it_turned_or_not(
    kind: str, side: str, position: str
) -> None:
    turned = Orientation(rows_reversed=True, columns_reversed=True)
    _, picture = as_displayed(kind, side, position)
    _, seen = opened(kind, side, position, turned)
    np.testing.assert_array_equal(seen, picture)


def test_every_view_and_modifier_of_the_standard_is_known_in_every_scheme() -> None:
    def meaning(value: str, modifier: str | None) -> tuple[object, ...]:
        dataset = header(breast(), view=None)
        dataset.ViewCodeSequence = Items([code(value)])
        if modifier is not None:
            dataset.ViewCodeSequence[0].ViewModifierCodeSequence = Items([code(modifier)])
        view, doubts = view_of(dataset)
        assert doubts == ()
        return view.position, view.modifiers

    positions = [meaning(concept.value, None)[0] for concept in _concepts("cid4014")]
    assert None not in positions
    assert set(positions) <= set(ViewPosition)
    modifiers = [meaning(CODES["CC"], concept.value)[1] for concept in _concepts("cid4015")]
    assert all(len(found) == 1 for found in modifiers)  # type: ignore[arg-type]


def _concepts(name: str) -> list[Dataset]:
    collection = getattr(codes, name)
    return [getattr(collection, keyword) for keyword in collection.dir()]


@pytest.mark.parametrize("modifier", list(dict.fromkeys(MODIFIER_OF_CODE.values())))
def test_a_modified_view_is_kept_out_of_the_standard_four(modifier: ViewModifier) -> None:
    value = next(value for value, found in MODIFIER_OF_CODE.items() if found is modifier)
    dataset = header(breast(), ViewModifierCodeSequence=Items([code(value)]))
    view, _ = view_of(dataset)
    assert view.modifiers == {modifier}
    assert not view.is_standard
    assert slot_of(view) is None
    assert view.laterality is Laterality.LEFT


def test_a_file_name_that_names_another_side_is_said(tmp_path: Path) -> None:
    named = write(tmp_path / "DBT-P00013_rcc.dcm", breast())
    image = only_exam(named).exam.images[0]
    assert image.view.abbreviation == "LCC"
    assert "The file's name says RCC, the header LCC: check left and right." in image.warnings
    same = save(tmp_path / "other" / "1-LCC.dcm", _whole(header(breast(), study="1.2.9")))
    assert not any("file's name" in said for said in only_exam(same).exam.images[0].warnings)


def _whole(dataset: Dataset) -> Dataset:
    dataset.PixelData = breast().tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset

"""Headers that say too little, too much or the wrong thing: opened, drawn, and said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loading_builders import (
    DBT,
    breast,
    first_image,
    group,
    header,
    only_exam,
    said,
    save,
    shown,
    write,
)
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from viewer.domain.hanging import images_by_slot, slot_of
from viewer.domain.windowing import DERIVED, VoiLut, Window, lookup_table
from viewer.loading.dicom_grey_scale import pixel_layout
from viewer.loading.stored_bits import bits_used

PIXELS = breast(rows=160, columns=128)


# Grey scale


def lut_of(first: int, entries: Any, stated: int, *, packed: bool = False) -> Items[Dataset]:
    lut = Dataset()
    lut.add_new(0x00283002, "US", [stated, first, 12])
    values = [int(entry) for entry in entries]
    lut.add_new(
        0x00283006,
        "OW" if packed else "US",
        np.array(values, "<u2").tobytes() if packed else values,
    )
    return Items([lut])


@pytest.mark.parametrize("packed", [False, True])
def test_a_voi_lut_longer_than_it_states_is_cut_and_said(tmp_path: Path, packed: bool) -> None:
    entries = [*np.linspace(0, 4095, 600), *([7] * 100)]
    image, _ = first_image(
        tmp_path, PIXELS, VOILUTSequence=lut_of(100, entries, 600, packed=packed)
    )
    (lut,) = image.vois
    assert isinstance(lut, VoiLut)
    assert len(lut.grey_values) == 600
    assert lut.grey(np.array([5000.0]))[0] == 1.0
    assert said(image, "VOI LUT of the header is longer than it states")


def test_a_voi_lut_shorter_than_it_states_holds_its_end_and_is_said(tmp_path: Path) -> None:
    lut = lut_of(100, np.linspace(0, 4095, 300), 600)
    image, _ = first_image(tmp_path, PIXELS, VOILUTSequence=lut)
    assert len(image.vois[0].grey_values) == 300  # type: ignore[union-attr]
    assert said(image, "shorter than it states")


def test_a_damaged_voi_lut_is_left_out_and_a_window_serves(tmp_path: Path) -> None:
    image, _ = first_image(tmp_path, PIXELS, VOILUTSequence=lut_of(100, [5] * 40, 40))
    assert isinstance(image.vois[0], Window)
    assert image.vois[0].explanation == DERIVED
    assert said(image, "VOI LUT of the header is left out")


@pytest.mark.parametrize("width", [0, -400])
def test_a_window_without_width_is_left_out_and_one_from_the_pixels_serves(
    tmp_path: Path, width: int
) -> None:
    image, codes = first_image(tmp_path, PIXELS, WindowCenter=500, WindowWidth=width)
    assert image.vois[0].explanation == DERIVED
    assert said(image, "its width is not allowed")
    grey = lookup_table(image.grey_scale, image.vois[0], inverted=False)[codes]
    assert (grey.min(), grey.max()) == (0, 255)


def test_without_a_window_one_is_derived_and_named_so(tmp_path: Path) -> None:
    image, _ = first_image(tmp_path, PIXELS)
    assert [voi.explanation for voi in image.vois] == [DERIVED]


def test_a_falling_rescale_slope_is_followed(tmp_path: Path) -> None:
    rescale = {"RescaleSlope": "-1", "RescaleIntercept": "4095"}
    image, codes = first_image(tmp_path, 4095 - PIXELS, **rescale)
    assert image.grey_scale.low_codes_are_bright
    assert image.warnings == ()
    np.testing.assert_array_equal(image.grey_scale.values(codes), PIXELS[0])


@pytest.mark.parametrize(
    "attributes", [{"RescaleSlope": "0", "RescaleIntercept": "1"}, {"RescaleSlope": "2"}]
)
def test_a_rescaling_that_makes_no_sense_is_not_used_and_said(
    tmp_path: Path, attributes: dict[str, str]
) -> None:
    image, _ = first_image(tmp_path, PIXELS, **attributes)
    assert (image.grey_scale.slope, image.grey_scale.intercept) == (1.0, 0.0)
    assert said(image, "rescaling of the header makes no sense")


def test_a_damaged_modality_lut_is_not_used_and_said(tmp_path: Path) -> None:
    lut = lut_of(0, [9, 9], 2)
    lut[0].ModalityLUTType = "US"
    image, _ = first_image(tmp_path, PIXELS, ModalityLUTSequence=lut)
    assert image.grey_scale.modality_lut is None
    assert said(image, "modality LUT of the header is damaged")


@pytest.mark.parametrize(
    ("photometric", "shape"), [("MONOCHROME1", "IDENTITY"), ("MONOCHROME2", "INVERSE")]
)
def test_a_shape_that_contradicts_the_photometric_interpretation_is_said(
    tmp_path: Path, photometric: str, shape: str
) -> None:
    image, _ = first_image(
        tmp_path, PIXELS, PhotometricInterpretation=photometric, PresentationLUTShape=shape
    )
    assert said(image, "check black and white")


def test_air_is_black_when_inverted_where_monochrome1_uses_fewer_greys_than_bits(
    tmp_path: Path,
) -> None:
    image, codes = first_image(
        tmp_path, 1000 - PIXELS, bits=16, PhotometricInterpretation="MONOCHROME1"
    )
    for inverted in (False, True):
        table = lookup_table(image.grey_scale, image.vois[0], inverted=inverted)
        assert table[codes[0, -1]] == 0
        assert table[codes[80, 20]] > 0


def test_padding_that_no_pixel_can_have_leaves_air_black_when_inverted(tmp_path: Path) -> None:
    image, codes = first_image(tmp_path, PIXELS, PixelPaddingValue=65535)
    assert image.grey_scale.padding is None
    assert lookup_table(image.grey_scale, image.vois[0], inverted=True)[codes[0, -1]] == 0


def test_air_that_is_not_zero_is_black_in_every_window_and_inverted(tmp_path: Path) -> None:
    image, codes = first_image(tmp_path, PIXELS + np.uint16(50), WindowCenter=0, WindowWidth=200)
    for inverted in (False, True):
        table = lookup_table(image.grey_scale, image.vois[0], inverted=inverted)
        assert table[codes[0, -1]] == 0


def test_a_pattern_without_air_keeps_all_its_greys(tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.arange(128, dtype=np.uint16) * 8 + 10, (1, 160, 128))
    image, _ = first_image(tmp_path, np.ascontiguousarray(ramp), WindowCenter=500, WindowWidth=1000)
    assert image.grey_scale.padding is None


def test_dragging_a_real_lut_starts_within_a_few_greys_of_it(shared: Path) -> None:
    located = only_exam(shared / "data/dicom/ge_ffdm_for_presentation_r_mlo_sigmoid.dcm")
    image = located.exam.images[0]
    for lut in image.vois[3:]:
        before = lookup_table(image.grey_scale, lut, inverted=False)
        window = image.draggable_window(lut)
        after = lookup_table(image.grey_scale, window, inverted=False)
        assert np.abs(before[:4096].astype(int) - after[:4096]).max() <= 8


# Where things are


def test_without_spacing_lengths_are_not_known(tmp_path: Path) -> None:
    image, _ = first_image(tmp_path, PIXELS, ImagerPixelSpacing=None)
    assert image.spacing is None
    assert said(image, "pixel spacing is not known")


def test_without_a_view_code_the_view_is_unknown_and_hangs_nowhere(tmp_path: Path) -> None:
    image, _ = first_image(tmp_path, PIXELS, view=None)
    assert image.view.position is None
    assert slot_of(image.view) is None


def test_a_side_that_the_attributes_disagree_about_is_said(tmp_path: Path) -> None:
    image, _ = first_image(tmp_path, PIXELS, Laterality="R")
    assert image.view.abbreviation == "LCC"
    assert said(image, "Image Laterality and Laterality name different sides")


def test_a_mammogram_of_the_other_breast_by_its_own_letters_is_said(tmp_path: Path) -> None:
    # A right oblique view whose laterality was changed: pixels and letters agree with each other.
    path = write(
        tmp_path / "a.dcm",
        breast()[..., ::-1],
        laterality="L",
        view="MLO",
        orientation=("P", "FL"),
    )
    assert any("different breasts" in said for said in only_exam(path).exam.images[0].warnings)


def test_what_is_not_applied_of_the_grey_scale_is_said(tmp_path: Path) -> None:
    rescaled = group(PixelValueTransformationSequence=group(RescaleSlope=3, RescaleIntercept=0))
    shared = group(PixelValueTransformationSequence=group(RescaleSlope=1, RescaleIntercept=0))
    path = write(
        tmp_path / "a.dcm",
        breast(slices=2),
        sop_class=DBT,
        SharedFunctionalGroupsSequence=shared,
        PerFrameFunctionalGroupsSequence=Items([Dataset(), rescaled[0]]),
        PresentationLUTSequence=group(LUTExplanation="film"),
    )
    said = only_exam(path).exam.images[0].warnings
    assert "Slices have different rescaling: all are drawn by the shared one." in said
    assert "The header has a presentation LUT, which is not applied: check the greys." in said


def test_burned_in_words_are_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.dcm", breast(), BurnedInAnnotation="YES")
    assert any("burned" in said for said in only_exam(path).exam.images[0].warnings)


def test_a_side_that_the_pixels_contradict_is_said(tmp_path: Path) -> None:
    image, codes = first_image(tmp_path, PIXELS, laterality="R", orientation=["P", "L"])
    assert said(image, "Header and pixels disagree about the side of the chest wall")
    assert codes[:, -4:].mean() > codes[:, :4].mean()


def plane_positions(*depths: float) -> Items[Dataset]:
    return Items(
        [
            group(PlanePositionSequence=group(ImagePositionPatient=[-0.7, 0, depth]))[0]
            for depth in depths
        ]
    )


def test_constant_plane_positions_keep_the_order_of_the_file_and_give_no_spacing(
    tmp_path: Path,
) -> None:
    volume = breast(slices=4, rows=96)
    path = write(
        tmp_path / "a.dcm",
        volume,
        sop_class=DBT,
        PerFrameFunctionalGroupsSequence=plane_positions(0, 0, 0, 0),
    )
    located = only_exam(path)
    assert located.exam.images[0].slice_spacing_mm is None
    for stored, seen in zip(volume, shown(located), strict=True):
        np.testing.assert_array_equal(stored, seen)


@pytest.mark.parametrize("items", [2, 7])
def test_fewer_or_more_items_than_frames_are_said_and_all_frames_shown(
    tmp_path: Path, items: int
) -> None:
    volume = breast(slices=4, rows=96)
    frames = Items(
        [
            group(FrameVOILUTSequence=group(WindowCenter=300 + index, WindowWidth=100))[0]
            for index in range(items)
        ]
    )
    path = write(tmp_path / "a.dcm", volume, sop_class=DBT, PerFrameFunctionalGroupsSequence=frames)
    located = only_exam(path)
    image = located.exam.images[0]
    assert f"The header describes {items} slices, the file holds 4." in image.warnings
    assert len(shown(located)) == image.slices == 4
    centers = [image.default_window(index).center for index in range(4)]  # type: ignore[union-attr]
    assert centers == [300, 301, *((302, 303) if items == 7 else (300, 300))]


@pytest.mark.parametrize("origin", [[1, 1], [-500, 9000], [32000, 32000]])
def test_an_overlay_that_does_not_fit_is_no_obstacle_and_is_said(
    tmp_path: Path, origin: list[int]
) -> None:
    overlay = {
        "OverlayRows": (0x60000010, "US", 500),
        "OverlayColumns": (0x60000011, "US", 900),
        "OverlayType": (0x60000040, "CS", "G"),
        "OverlayOrigin": (0x60000050, "SS", origin),
        "OverlayBitsAllocated": (0x60000100, "US", 1),
        "OverlayBitPosition": (0x60000102, "US", 0),
        "OverlayData": (0x60003000, "OW", b"\xff\x00" * 40),
    }
    dataset = header(PIXELS)
    for tag, representation, value in overlay.values():
        dataset.add_new(tag, representation, value)
    dataset.PixelData = PIXELS.tobytes()
    dataset["PixelData"].VR = "OW"
    located = only_exam(save(tmp_path / "a.dcm", dataset))
    np.testing.assert_array_equal(shown(located)[0], PIXELS[0])
    assert said(located.exam.images[0], "The file has an overlay, which is not drawn")


def test_forty_images_of_one_view_all_open_under_names_of_their_own(tmp_path: Path) -> None:
    small = breast(rows=64, columns=48)
    for number in range(40):
        write(tmp_path / f"{number:02d}.dcm", small, InstanceNumber=number + 1)
    exam = only_exam(tmp_path).exam
    assert [image.name for image in exam.images] == [
        "LCC FFDM",
        *(f"LCC FFDM {number}" for number in range(2, 41)),
    ]
    (slot,) = (slot for slot, images in images_by_slot(exam.images).items() if images)
    assert len(images_by_slot(exam.images)[slot]) == 40


def test_the_layout_of_the_header_is_left_alone_where_it_is_right() -> None:
    layout = pixel_layout(header(PIXELS))
    assert bits_used(layout, PIXELS[0]) == 12

"""Stored bits, grey scales and windows: what each odd header means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading_builders import (
    DBT,
    breast,
    group,
    header,
    only_exam,
    shown,
    write,
)
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from viewer.domain.image_stack import ImageStack
from viewer.domain.windowing import VoiFunction, VoiLut, Window, lookup_table
from viewer.loading.dicom_grey_scale import grey_scale_of, pixel_layout
from viewer.loading.dicom_voi import vois_of
from viewer.loading.errors import UnreadableFile

PIXELS = breast()


# Grey scale


def first_image(path: Path, cells: np.ndarray, **attributes: Any) -> tuple[ImageStack, np.ndarray]:
    located = only_exam(write(path / "a.dcm", cells, **attributes))
    return located.exam.images[0], shown(located)[0]


def test_bits_above_the_stored_ones_are_ignored(tmp_path: Path) -> None:
    _, codes = first_image(tmp_path, PIXELS | np.uint16(0xF000))
    np.testing.assert_array_equal(codes, PIXELS[0])


def test_bits_below_the_stored_ones_are_ignored(tmp_path: Path) -> None:
    _, codes = first_image(tmp_path, (PIXELS << 4) | np.uint16(7), HighBit=15)
    np.testing.assert_array_equal(codes, PIXELS[0])


@pytest.mark.parametrize(("dtype", "bits"), [(np.int16, 16), (np.int16, 12), (np.int8, 8)])
def test_signed_pixels_keep_their_values(
    tmp_path: Path, dtype: type[np.signedinteger], bits: int
) -> None:
    signed = breast(top=100).astype(dtype) - dtype(50)
    image, codes = first_image(tmp_path, signed, bits=bits)
    values = codes * image.grey_scale.slope + image.grey_scale.intercept
    np.testing.assert_array_equal(values, signed[0])


def test_air_of_signed_pixels_is_black_when_inverted(tmp_path: Path) -> None:
    image, codes = first_image(tmp_path, breast().astype(np.int16) - np.int16(1000), bits=16)
    table = lookup_table(image.grey_scale, image.vois[0], inverted=True)
    assert table[codes[-1, -1]] == 0


def test_pixels_of_more_than_sixteen_bits_keep_the_highest(tmp_path: Path) -> None:
    located = only_exam(
        write(tmp_path / "a.dcm", PIXELS.astype(np.uint32) << 8, bits=20, PixelPaddingValue=0)
    )
    image = located.exam.images[0]
    codes = shown(located)[0]
    np.testing.assert_array_equal(codes * image.grey_scale.slope, PIXELS[0] << np.uint32(8))
    values = located.frames[image.image_id].read_values(0)
    np.testing.assert_array_equal(values, PIXELS[0].astype(np.int64) << 8)


@pytest.mark.parametrize(
    ("photometric", "shape", "low_is_bright"),
    [
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME1", None, True),
        ("MONOCHROME2", "INVERSE", True),
    ],
)
def test_low_values_are_bright_when_the_header_says_so(
    photometric: str, shape: str | None, low_is_bright: bool
) -> None:
    dataset = header(PIXELS, PhotometricInterpretation=photometric)
    if shape:
        dataset.PresentationLUTShape = shape
    scale, _ = grey_scale_of(dataset, pixel_layout(dataset))
    assert scale.monochrome1 is low_is_bright


def test_padding_is_a_range_in_either_order() -> None:
    for ends in ((0, 30), (30, 0)):
        dataset = header(PIXELS, PixelPaddingValue=ends[0], PixelPaddingRangeLimit=ends[1])
        assert grey_scale_of(dataset, pixel_layout(dataset))[0].padding == (0, 30)


def test_signed_padding_is_shifted_with_the_pixels() -> None:
    dataset = header(PIXELS.astype(np.int16), bits=16, PixelPaddingValue=-2000)
    assert grey_scale_of(dataset, pixel_layout(dataset))[0].padding == (30768, 30768)


def test_padding_that_would_hide_the_breast_is_ignored_and_said() -> None:
    dataset = header(PIXELS, PixelPaddingValue=0, PixelPaddingRangeLimit=4095)
    scale, doubts = grey_scale_of(dataset, pixel_layout(dataset))
    assert scale.padding is None
    assert "padding" in doubts[0]


def test_rescaling_comes_from_the_shared_group_before_the_top_level() -> None:
    dataset = header(PIXELS, RescaleSlope="3", RescaleIntercept="1")
    dataset.SharedFunctionalGroupsSequence = group(
        PixelValueTransformationSequence=group(RescaleSlope="2", RescaleIntercept="-5")
    )
    scale, doubts = grey_scale_of(dataset, pixel_layout(dataset))
    assert (scale.slope, scale.intercept, doubts) == (2.0, -5.0, ())


def test_slices_that_are_rescaled_differently_are_said() -> None:
    dataset = header(PIXELS)
    dataset.PerFrameFunctionalGroupsSequence = Items(
        [
            *group(PixelValueTransformationSequence=group(RescaleSlope="2", RescaleIntercept="0")),
            *group(PixelValueTransformationSequence=group(RescaleSlope="4", RescaleIntercept="0")),
        ]
    )
    scale, doubts = grey_scale_of(dataset, pixel_layout(dataset))
    assert scale.slope == 2.0
    assert "different rescaling" in doubts[0]


@pytest.mark.parametrize(
    "attributes",
    [
        {"BitsAllocated": 12},
        {"BitsStored": 17},
        {"HighBit": 20},
        {"PhotometricInterpretation": "PALETTE COLOR"},
        {"Rows": 0},
    ],
)
def test_unusual_pixels_are_refused(attributes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFile):
        pixel_layout(header(PIXELS, **attributes))


# Windows


def test_windows_come_before_luts_with_their_explanations(shared: Path) -> None:
    located = only_exam(shared / "data/dicom/ge_ffdm_for_presentation_r_mlo_sigmoid.dcm")
    image = located.exam.images[0]
    windows, luts = image.vois[:3], image.vois[3:]
    assert [(w.center, w.width, w.function) for w in windows if isinstance(w, Window)] == [
        (2653.0, 900.0, VoiFunction.SIGMOID),
        (2713.0, 750.0, VoiFunction.SIGMOID),
        (2569.0, 1050.0, VoiFunction.SIGMOID),
    ]
    assert [voi.explanation for voi in image.vois] == ["NORMAL", "HARDER", "SOFTER"] * 2
    assert [
        (lut.first_mapped, len(lut.grey_values)) for lut in luts if isinstance(lut, VoiLut)
    ] == [(625, 3447), (1023, 3016), (203, 3887)]
    assert all(lut.grey_values.min() >= 0 for lut in luts if isinstance(lut, VoiLut))
    assert [lut.grey_values[-1] for lut in luts if isinstance(lut, VoiLut)] == pytest.approx(
        [4088 / 4095, 4092 / 4095, 4083 / 4095]
    )


@pytest.mark.parametrize(
    ("width", "function"),
    [(0, "LINEAR"), (-5, "LINEAR"), (0.5, "LINEAR"), (0, "SIGMOID"), (0, "LINEAR_EXACT")],
)
def test_a_window_that_is_not_allowed_is_left_out_and_said(width: float, function: str) -> None:
    dataset = header(
        PIXELS, WindowCenter=[10, 20], WindowWidth=[width, 30], VOILUTFunction=function
    )
    found = vois_of(dataset, slices=1)
    assert [voi.center for voi in found.vois if isinstance(voi, Window)] == [20.0]
    assert "left out" in found.doubts[0]


def test_more_centres_than_widths_are_said() -> None:
    found = vois_of(header(PIXELS, WindowCenter=[1, 2], WindowWidth=[30]), slices=1)
    assert len(found.vois) == 1
    assert "centres" in found.doubts[0]


def test_an_unknown_window_function_is_drawn_linear_and_said() -> None:
    dataset = header(PIXELS, WindowCenter=[1], WindowWidth=[30], VOILUTFunction="CUBIC")
    found = vois_of(dataset, slices=1)
    assert found.vois == (Window(center=1.0, width=30.0),)
    assert "unknown window function" in found.doubts[0]


def voi_frames(*centers: float) -> Items[Dataset]:
    return Items(
        [
            group(FrameVOILUTSequence=group(WindowCenter=center, WindowWidth=100))[0]
            for center in centers
        ]
    )


def test_per_frame_windows_are_kept_where_they_differ() -> None:
    dataset = header(breast(slices=3), sop_class=DBT)
    dataset.PerFrameFunctionalGroupsSequence = voi_frames(500, 500, 700)
    found = vois_of(dataset, slices=3)
    assert found.vois == (Window(center=500.0, width=100.0),)
    assert dict(found.slice_vois) == {2: (Window(center=700.0, width=100.0),)}


def test_shared_windows_win_over_top_level_and_per_frame_over_both() -> None:
    dataset = header(breast(slices=2), sop_class=DBT, WindowCenter=1, WindowWidth=2)
    shared_window = group(WindowCenter=3, WindowWidth=4)
    dataset.SharedFunctionalGroupsSequence = group(FrameVOILUTSequence=shared_window)
    assert vois_of(dataset, slices=2).vois == (Window(center=3.0, width=4.0),)
    dataset.PerFrameFunctionalGroupsSequence = voi_frames(500, 500)
    found = vois_of(dataset, slices=2)
    assert found.vois == (Window(center=500.0, width=100.0),)
    assert not found.slice_vois


def lut_item(descriptor: list[int], data: Any, vr: str = "US") -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", descriptor)
    item.add_new("LUTData", vr, data)
    return item


@pytest.mark.parametrize(
    "item",
    [
        lut_item([4, 100, 8], [0, 85, 170, 255]),
        lut_item([4, 100, 8], np.array([0, 85, 170, 255], "<u2").tobytes(), "OW"),
        lut_item([4, 100, 8], bytes([0, 85, 170, 255]), "OW"),
        lut_item([4, 100, 16], [0, 21845, 43690, 65535]),
        lut_item([4, 100, 0], [0, 85, 170, 255]),
    ],
    ids=["numbers", "words", "bytes", "16 bits", "no bits said"],
)
def test_lut_entries_are_read_however_they_are_stored(item: Dataset) -> None:
    found = vois_of(header(PIXELS, VOILUTSequence=Items([item])), slices=1)
    lut = found.vois[0]
    assert isinstance(lut, VoiLut)
    assert lut.first_mapped == 100
    np.testing.assert_allclose(lut.grey_values, [0, 1 / 3, 2 / 3, 1])


@pytest.mark.parametrize(
    "item", [lut_item([4, 100, 8], [7]), lut_item([4], [1, 2, 3, 4]), lut_item([2, 0, 8], [0, 0])]
)
def test_a_damaged_lut_is_left_out_and_said(item: Dataset) -> None:
    found = vois_of(header(PIXELS, VOILUTSequence=Items([item])), slices=1)
    assert found.vois == ()
    assert "damaged" in found.doubts[0]


def test_a_window_is_derived_from_the_tissue_when_there_is_none(tmp_path: Path) -> None:
    image, codes = first_image(tmp_path, PIXELS)
    window = image.vois[0]
    assert isinstance(window, Window)
    assert window.explanation.startswith("derived")
    tissue = codes[codes > 0]
    low, high = window.center - window.width / 2, window.center + window.width / 2
    assert low == pytest.approx(tissue.min(), abs=30)
    assert np.percentile(tissue, 95) < high <= tissue.max()


finite = st.floats(-1e6, 1e6, allow_nan=False)


@given(
    centers=st.lists(finite, max_size=4),
    widths=st.lists(finite, max_size=4),
    function=st.sampled_from(["", "LINEAR", "LINEAR_EXACT", "SIGMOID", "linear exact", "X"]),
)
def test_any_windows_give_allowed_ones_only(
    centers: list[float], widths: list[float], function: str
) -> None:
    dataset = Dataset()
    dataset.add_new("WindowCenter", "FD", centers)
    dataset.add_new("WindowWidth", "FD", widths)
    dataset.VOILUTFunction = function
    found = vois_of(dataset, slices=1)
    for voi in found.vois:
        grey = voi.grey(np.linspace(-1e6, 1e6, 50))
        assert grey.min() >= 0
        assert grey.max() <= 1
    pairs = min(len(centers), len(widths))
    assert len(found.vois) == pairs or found.doubts

"""NIfTI, NRRD and MHA volumes."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from loading_builders import breast, only_exam, scan, shown
from numpy.typing import NDArray

from viewer.domain.geometry import SpacingOrigin
from viewer.domain.view import ImageKind
from viewer.domain.windowing import DERIVED, Window, lookup_table
from viewer.loading.errors import UnreadableFile, UnreadableImage
from viewer.loading.model_source import model_input
from viewer.loading.read_volume import read_volume
from viewer.loading.sniff import FileKind
from viewer.loading.volume_layout import layout_of

NAMES = ("1_L-CC.nii.gz", "1_L-CC.nii", "1_L-CC.nrrd", "1_L-CC.mha", "1_L-CC.mhd")


def write_volume(
    path: Path, volume: np.ndarray, *, compress: bool = True, spacing: Any = (0.1, 0.2, 1.0)
) -> Path:
    image = sitk.GetImageFromArray(volume)
    image.SetSpacing(spacing[: image.GetDimension()])
    sitk.WriteImage(image, str(path), compress and path.suffix != ".nii")
    return path


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("compress", [True, False])
def test_a_volume_in_the_published_layout_opens(tmp_path: Path, name: str, compress: bool) -> None:
    volume = breast(slices=5)
    write_volume(tmp_path / name, volume, compress=compress)
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    assert (located.exam.alias, image.name, image.kind) == ("Exam 1", "LCC DBT", ImageKind.DBT)
    assert image.spacing is not None
    assert (round(image.spacing.row_mm, 6), round(image.spacing.column_mm, 6)) == (0.2, 0.1)
    assert image.spacing.origin is SpacingOrigin.VOLUME_HEADER
    assert image.slice_spacing_mm == 1.0
    np.testing.assert_array_equal(shown(located), volume)
    np.testing.assert_array_equal(located.frames[image.image_id].read_values(3), volume[3])


def test_four_views_make_one_exam(tmp_path: Path) -> None:
    for side, view in (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO")):
        volume = breast(slices=2) if side == "L" else breast(slices=2)[..., ::-1]
        write_volume(tmp_path / f"3_{side}-{view}.nii.gz", volume)
    names = [image.name for image in only_exam(tmp_path).exam.images]
    assert names == ["RCC DBT", "LCC DBT", "RMLO DBT", "LMLO DBT"]


@pytest.mark.parametrize("name", NAMES[:4])
def test_extensions_do_not_matter(tmp_path: Path, name: str) -> None:
    volume = breast(slices=3)
    write_volume(tmp_path / name, volume).rename(tmp_path / "1_L-CC")
    np.testing.assert_array_equal(shown(only_exam(tmp_path)), volume)


@pytest.mark.parametrize(
    "dtype", [np.uint8, np.int8, np.int16, np.uint16, np.int32, np.uint32, np.float32, np.float64]
)
def test_whole_numbers_keep_their_values(tmp_path: Path, dtype: type) -> None:
    volume = breast(slices=3, top=100).astype(dtype)
    write_volume(tmp_path / "1_L-CC.nii.gz", volume)
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    scale = image.grey_scale
    values = np.array(shown(located)) * scale.slope + scale.intercept
    np.testing.assert_array_equal(values, volume)
    exact = located.frames[image.image_id].read_values(1)
    np.testing.assert_array_equal(exact, volume[1])
    source = model_input(image, located.frames[image.image_id]).source
    np.testing.assert_array_equal(source.read_slice(1), volume[1])


def test_fractions_are_shown_nearly_and_given_to_networks_exactly(tmp_path: Path) -> None:
    volume = (breast(slices=3) / 7 - 20).astype(np.float32)
    write_volume(tmp_path / "1_L-CC.nii.gz", volume)
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    scale = image.grey_scale
    values = np.array(shown(located)) * scale.slope + scale.intercept
    np.testing.assert_allclose(values, volume, atol=scale.slope)
    exact = located.frames[image.image_id].read_values(1)
    assert exact.dtype == np.float32
    np.testing.assert_array_equal(exact, volume[1])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("scaled", [True, False])
def test_scaled_and_big_endian_volumes_keep_their_values(
    tmp_path: Path, order: str, scaled: bool
) -> None:
    volume = (breast(slices=2) / 8).astype(np.float32)
    path = write_volume(tmp_path / "1_L-CC.nii", volume)
    content = bytearray(path.read_bytes())
    offset = int(struct.unpack_from("<f", content, 108)[0])
    head = bytearray(content[:offset])
    if scaled:
        struct.pack_into("<2f", head, 112, 2.0, -3.0)
    if order == ">":
        head = swapped_header(head)
    path.write_bytes(bytes(head) + volume.astype(f"{order}f4").tobytes())
    located = only_exam(tmp_path)
    expected = volume * 2 - 3 if scaled else volume
    values = located.frames[located.exam.images[0].image_id].read_values(1)
    np.testing.assert_array_equal(values, expected[1])


def swapped_header(head: bytearray) -> bytearray:
    """A little-endian NIfTI-1 header in big-endian order (348 bytes; the rest is kept)."""
    layout = "i10s18sihsB8h3f4h8f3fhcB4f2i80s24s2h6f12f16s4s"
    swapped = struct.pack(f">{layout}", *struct.unpack(f"<{layout}", head[:348]))
    return bytearray(swapped + head[348:])


def test_air_below_zero_is_black_when_inverted(tmp_path: Path) -> None:
    volume = breast(slices=3).astype(np.int16) - np.int16(1000)
    write_volume(tmp_path / "1_L-CC.nii.gz", volume)
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    table = lookup_table(image.grey_scale, image.vois[0], inverted=True)
    assert table[shown(located)[0][-1, -1]] == 0


@pytest.mark.parametrize("name", NAMES[:4])
def test_not_a_number_is_black_said_and_kept_for_networks_to_refuse(
    tmp_path: Path, name: str
) -> None:
    volume = breast(slices=3).astype(np.float32)
    volume[1, 50, 5] = np.nan
    volume[2, 50, 5] = np.inf
    write_volume(tmp_path / name, volume)
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    assert image.warnings == ("2 pixels are not numbers: they are drawn black.",)
    assert shown(located)[1][50, 5] == 0
    assert np.isnan(located.frames[image.image_id].read_values(1)[50, 5])


@given(
    volume=arrays(
        np.float32,
        (3, 4, 5),
        elements=st.sampled_from([0.0, 1.0, 2.5, -7.0, 4000.0, np.nan, np.inf, -np.inf]),
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_codes_span_the_numbers_of_all_slices_and_nothing_else(
    tmp_path: Path, volume: NDArray[np.float32]
) -> None:
    numbers = volume[np.isfinite(volume)]
    path = write_volume(tmp_path / "1_L-CC.nii", volume)
    if numbers.size == 0:
        with pytest.raises(UnreadableFile, match="without a single number"):
            read_volume(path, FileKind.NIFTI)
        return
    stack = read_volume(path, FileKind.NIFTI).stack
    grey = stack.grey_scale
    if np.all(numbers == np.rint(numbers)):
        assert (grey.slope, grey.intercept) == (1.0, min(0.0, float(numbers.min())))
    else:
        assert grey.intercept == numbers.min()
        spread = float(numbers.max()) - float(numbers.min())
        assert grey.slope == pytest.approx(spread / 65535 or 1.0, rel=1e-6)
    missing = volume.size - numbers.size
    assert len(stack.warnings) == (missing > 0)
    assert all(words.startswith(f"{missing} pixels") for words in stack.warnings)


def test_a_volume_of_nothing_but_nan_is_left_out(tmp_path: Path) -> None:
    write_volume(tmp_path / "1_L-CC.nii.gz", np.full((2, 80, 80), np.nan, np.float32))
    assert "without a single number" in scan(tmp_path).skipped[0].reason


def test_a_constant_volume_opens_with_a_warning(tmp_path: Path) -> None:
    write_volume(tmp_path / "1_L-CC.nii.gz", np.full((2, 80, 80), 0.0, np.float32))
    assert "the same" in only_exam(tmp_path).exam.images[0].warnings[-1]


def test_one_slice_is_a_mammogram(tmp_path: Path) -> None:
    write_volume(tmp_path / "1_L-CC.nii.gz", breast(slices=1))
    image = only_exam(tmp_path).exam.images[0]
    assert (image.slices, image.kind) == (1, ImageKind.FFDM)


def test_a_header_without_spacing_gives_no_millimetres(tmp_path: Path) -> None:
    write_volume(tmp_path / "1_L-CC.nii.gz", breast(slices=2), spacing=(1.0, 1.0, 1.0))
    image = only_exam(tmp_path).exam.images[0]
    assert image.spacing is None
    assert image.slice_spacing_mm is None


@pytest.mark.parametrize("name", [*NAMES[:4]])
@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_a_volume_cut_short_is_never_filled_with_zeros(
    tmp_path: Path, name: str, compress: bool, dtype: type, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(0).integers(0, 60000, (6, 70, 80)).astype(dtype)
    path = write_volume(tmp_path / name, noise, compress=compress)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.8)])
    result = scan(tmp_path)
    if not result.exams:
        assert "damaged or cut short" in result.skipped[0].reason
        return
    # The middle slice is whole; the last one must not be.
    with pytest.raises(UnreadableImage, match="damaged or cut short"):
        for _ in shown(result.exams[0]):
            pass


def test_colour_and_time_series_are_refused(tmp_path: Path) -> None:
    colour = sitk.GetImageFromArray(np.zeros((3, 80, 80, 3), np.uint8), isVector=True)
    sitk.WriteImage(colour, str(tmp_path / "1_L-CC.nii.gz"))
    assert "not a single grey volume" in scan(tmp_path).skipped[0].reason


def test_a_mask_volume_belongs_to_its_image(tmp_path: Path) -> None:
    write_volume(tmp_path / "1_L-CC.nii.gz", breast(slices=3))
    mask = (breast(slices=3) > 0).astype(np.uint8)
    write_volume(tmp_path / "1_L-CC_malignant.nii.gz", mask)
    masks = only_exam(tmp_path).exam.truth_masks
    assert [mask.malignant for mask in masks] == [True]


@pytest.mark.parametrize("name", ["1_L-CC.nii", "1_L-CC.nii.gz"])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
@pytest.mark.parametrize(
    ("shown_values", "center", "width"),
    [((100.0, 900.0), 500, 800), ((-4.0, 0.0), -2, 4)],
)
def test_the_window_that_a_nifti_header_states_is_shown_first(
    tmp_path: Path,
    name: str,
    dtype: type,
    shown_values: tuple[float, float],
    center: float,
    width: float,
) -> None:
    path = with_shown_values(tmp_path / name, *shown_values, dtype=dtype)
    (window,) = only_exam(path).exam.images[0].vois
    assert isinstance(window, Window)
    assert (window.center, window.width, window.explanation) == (center, width, "of the header")


@pytest.mark.parametrize(
    "shown_values", [(0.0, 0.0), (900.0, 100.0), (float("nan"), 5.0), (0.0, float("inf"))]
)
def test_a_nifti_header_that_states_no_window_leaves_it_to_the_pixels(
    tmp_path: Path, shown_values: tuple[float, float]
) -> None:
    path = with_shown_values(tmp_path / "1_L-CC.nii", *shown_values, dtype=np.float32)
    (window,) = only_exam(path).exam.images[0].vois
    assert window.explanation == DERIVED


def with_shown_values(path: Path, black: float, white: float, *, dtype: type) -> Path:
    """A NIfTI volume with cal_min and cal_max."""
    plain = write_volume(path.with_name("plain.nii"), breast(slices=3).astype(dtype))
    content = bytearray(plain.read_bytes())
    plain.unlink()
    struct.pack_into("<2f", content, 124, white, black)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def test_the_window_of_a_nifti_header_of_the_second_version_is_read(tmp_path: Path) -> None:
    header = bytearray(540)
    header[:12] = b"\x1c\x02\0\0n+2\0\r\n\x1a\n"
    struct.pack_into("<h", header, 12, 16)
    struct.pack_into("<q", header, 168, 544)
    struct.pack_into("<4d", header, 176, 1.0, 0.0, 900.0, 100.0)
    path = tmp_path / "a.nii"
    path.write_bytes(header)
    layout = layout_of(path, FileKind.NIFTI)
    assert layout is not None
    assert layout.shown == (100.0, 900.0)

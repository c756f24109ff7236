"""Every transfer syntax gives the pixels that were written."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from loading_builders import (
    DBT,
    LOSSLESS,
    LOSSY,
    NATIVE,
    breast,
    encode,
    header,
    only_exam,
    save,
    scan,
    shown,
    write,
)
from pydicom.encaps import encapsulate
from pydicom.uid import (
    MPEG2MPML,
    UID,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from viewer.loading.decode_frame import as_cells
from viewer.loading.dicom_grey_scale import pixel_layout
from viewer.loading.errors import UnreadableImage
from viewer.loading.pydicom_process import decode_apart, main


@pytest.mark.parametrize("syntax", [*NATIVE, *LOSSLESS], ids=lambda uid: uid.name)
def test_a_volume_comes_back_exactly(tmp_path: Path, syntax: UID) -> None:
    pixels = breast(slices=3)
    located = only_exam(write(tmp_path / "a.dcm", pixels, syntax=syntax, sop_class=DBT))
    assert located.exam.images[0].slices == 3
    np.testing.assert_array_equal(shown(located), pixels)


@pytest.mark.parametrize("syntax", LOSSY, ids=lambda uid: uid.name)
def test_a_lossy_image_comes_back_nearly(tmp_path: Path, syntax: UID) -> None:
    bits = 8 if syntax == JPEGBaseline8Bit else 12
    row, column = np.mgrid[:96, :80]
    smooth = np.clip(200 - row - 2 * column, 0, 250).astype(np.uint8 if bits == 8 else np.uint16)
    located = only_exam(write(tmp_path / "a.dcm", smooth, syntax=syntax, bits=bits))
    difference = shown(located)[0].astype(int) - smooth
    assert np.abs(difference).max() <= 6


@pytest.mark.parametrize("syntax", [*NATIVE[:2], *LOSSLESS[:6]], ids=lambda uid: uid.name)
def test_eight_bit_images_come_back_exactly(tmp_path: Path, syntax: UID) -> None:
    pixels = breast(top=250).astype(np.uint8)
    located = only_exam(write(tmp_path / "a.dcm", pixels, syntax=syntax, bits=8))
    np.testing.assert_array_equal(shown(located), pixels)


def test_eight_bit_big_endian_words_are_swapped_back(tmp_path: Path) -> None:
    pixels = breast(top=250).astype(np.uint8)
    swapped = pixels.reshape(-1, 2)[:, ::-1].reshape(pixels.shape)
    located = only_exam(write(tmp_path / "a.dcm", swapped, syntax=NATIVE[2], bits=8))
    np.testing.assert_array_equal(shown(located), pixels)


@pytest.mark.parametrize("offsets", ["basic", "extended", "none"])
@pytest.mark.parametrize("fragments", [1, 3])
def test_frames_are_found_with_and_without_offset_tables(
    tmp_path: Path, offsets: str, fragments: int
) -> None:
    if offsets == "extended" and fragments > 1:
        return
    pixels = breast(slices=4)
    path = write(
        tmp_path / "a.dcm",
        pixels,
        syntax=JPEG2000Lossless,
        sop_class=DBT,
        offsets=offsets,
        fragments=fragments,
    )
    np.testing.assert_array_equal(shown(only_exam(path)), pixels)


def test_an_image_in_many_fragments_is_joined(tmp_path: Path) -> None:
    pixels = breast()
    path = write(tmp_path / "a.dcm", pixels, syntax=JPEGLSLossless, fragments=5, offsets="none")
    np.testing.assert_array_equal(shown(only_exam(path)), pixels)


def test_a_lossless_jpeg_with_another_predictor_or_label_is_decoded_as_what_it_is(
    tmp_path: Path,
) -> None:
    pixels = breast()
    dataset = header(pixels)
    dataset.PixelData = encapsulate([encode(pixels[0], JPEGLosslessSV1)])
    dataset["PixelData"].is_undefined_length = True
    path = save(tmp_path / "a.dcm", dataset, JPEGLSLossless)
    np.testing.assert_array_equal(shown(only_exam(path)), pixels)


def test_a_compressed_image_labelled_uncompressed_opens_and_says_so(shared: Path) -> None:
    file = shared / "data/dicom/hologic_legacy_tomo_slice_as_ct_truncated.dcm"
    located = only_exam(file)
    image = located.exam.images[0]
    assert any("uncompressed" in warning for warning in image.warnings)
    assert "63 of 64 slices are missing." in image.warnings
    codes = shown(located)[0]
    assert codes.shape == (2457, 1890)
    # Its JPEG has a point transform of 2, which several decoders overlook.
    assert int(codes.max()) == 2964
    assert not np.any(codes % 4)


def test_a_file_cut_short_gives_a_clear_reason_and_the_others_open(
    tmp_path: Path, shared: Path
) -> None:
    original = shared / "data/dicom/hologic_legacy_tomo_slice_as_ct_truncated.dcm"
    content = original.read_bytes()
    (tmp_path / "cut.dcm").write_bytes(content[: len(content) // 2])
    write(tmp_path / "whole.dcm", breast())
    result = scan(tmp_path)
    assert [len(located.exam.images) for located in result.exams] == [1]
    assert result.reasons() == (("cut short; send it again", 1),)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEG2000Lossless, RLELossless])
def test_a_volume_cut_short_is_left_out_whole(tmp_path: Path, syntax: UID) -> None:
    path = write(tmp_path / "a.dcm", breast(slices=4), syntax=syntax, sop_class=DBT)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * 0.8)])
    result = scan(tmp_path)
    assert result.exams == ()
    assert "cut short" in result.skipped[0].reason


@pytest.mark.parametrize("syntax", [HTJ2KLossless, JPEGLosslessSV1, JPEG2000Lossless])
def test_a_stream_that_ends_early_is_never_shown_half(tmp_path: Path, syntax: UID) -> None:
    pixels = breast()
    stream = encode(pixels[0], syntax)
    dataset = header(pixels)
    dataset.PixelData = encapsulate([stream[: len(stream) * 3 // 4]])
    dataset["PixelData"].is_undefined_length = True
    result = scan(save(tmp_path / "a.dcm", dataset, syntax))
    assert result.exams == ()
    assert "damaged" in result.skipped[0].reason or "cut short" in result.skipped[0].reason


def test_a_codec_nobody_reads_is_named(tmp_path: Path) -> None:
    pixels = breast()
    dataset = header(pixels)
    dataset.PixelData = encapsulate([b"\0" * 100])
    dataset["PixelData"].is_undefined_length = True
    result = scan(save(tmp_path / "a.dcm", dataset, MPEG2MPML))
    assert result.exams == ()
    assert "MPEG2" in result.skipped[0].reason
    assert str(MPEG2MPML) in result.skipped[0].reason


def test_an_unknown_transfer_syntax_is_named(tmp_path: Path) -> None:
    dataset = header(breast())
    dataset.PixelData = encapsulate([b"\0" * 100])
    dataset["PixelData"].is_undefined_length = True
    result = scan(save(tmp_path / "a.dcm", dataset, UID("1.2.276.0.99.1")))
    assert "1.2.276.0.99.1" in result.skipped[0].reason


def test_colour_is_drawn_in_grey_and_said(tmp_path: Path) -> None:
    grey = breast(top=250).astype(np.uint8)[0]
    colours = np.stack([grey, grey, grey], axis=-1)[None]
    located = only_exam(write(tmp_path / "a.dcm", colours, bits=8))
    np.testing.assert_array_equal(shown(located)[0], grey)
    assert any("grey" in warning for warning in located.exam.images[0].warnings)


def test_pydicom_decodes_in_a_process_of_its_own(tmp_path: Path) -> None:
    pixels = breast(slices=3)
    path = write(tmp_path / "a.dcm", pixels, syntax=RLELossless, sop_class=DBT)
    np.testing.assert_array_equal(decode_apart(path, 2), pixels[2])
    with pytest.raises(UnreadableImage):
        decode_apart(tmp_path / "none.dcm", 0)


def test_the_decoding_process_writes_one_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = write(tmp_path / "a.dcm", breast(), syntax=RLELossless)
    monkeypatch.setattr(sys, "argv", ["pydicom_process", str(path), "0"])
    main()
    assert capfdbinary.readouterr().out.startswith(b"\x93NUMPY")


def test_a_frame_of_another_size_than_the_header_is_refused() -> None:
    layout = pixel_layout(header(breast(rows=96, columns=80)))
    with pytest.raises(UnreadableImage, match="size differs"):
        as_cells(np.zeros((96, 79), np.uint16), layout)

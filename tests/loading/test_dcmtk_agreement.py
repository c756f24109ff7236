"""Every grey of a bare picture against an independent renderer: DCMTK's dcm2pnm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loading_builders import DBT, breast, group, write
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from typer.testing import CliRunner

from viewer.cli import app

pytestmark = [
    pytest.mark.skipif(
        shutil.which("dcm2pnm") is None, reason="dcm2pnm (Debian's dcmtk) is not installed"
    ),
    pytest.mark.usefixtures("qapp"),
]

Grey = NDArray[np.int64]


@pytest.fixture(autouse=True)
def _offscreen(monkeypatch: pytest.MonkeyPatch) -> None:
    # The command sets it; this puts it back.
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")


def ours(path: Path, folder: Path, window: str, *, slice_number: int = 1) -> Grey:
    """The bare picture of `tomolens screenshot`."""
    output = folder / "ours.png"
    arguments = ["screenshot", str(path), "--plain", "--native", "--output", str(output)]
    arguments += ["--window", window, "--slice", str(slice_number)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return _grey(output)


def theirs(path: Path, folder: Path, *options: str, slice_number: int = 1) -> Grey:
    """The bare picture of dcm2pnm, which reads no compressed pixels."""
    output = folder / "theirs.pgm"
    frame = ["+F", str(slice_number)]
    subprocess.run(
        ["dcm2pnm", "--quiet", "-O", *frame, *options, str(path), str(output)],
        check=True,
        timeout=60,
    )
    return _grey(output)


def _grey(path: Path) -> Grey:
    with Image.open(path) as picture:
        assert picture.mode == "L"
        return np.asarray(picture).astype(np.int64)


def uncompressed(path: Path, folder: Path) -> Path:
    """The same file as pydicom's own codecs decode it."""
    dataset = dcmread(path)
    dataset.decompress(generate_instance_uid=False)
    copy = folder / "uncompressed.dcm"
    dataset.save_as(copy)
    return copy


def furthest(one: Grey, other: Grey, where: NDArray[np.bool_] | None = None) -> int:
    assert one.shape == other.shape
    apart = np.abs(one - other)
    return int((apart if where is None else apart[where]).max())


@pytest.fixture(scope="module")
def mammogram(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    original = shared / "data/dicom/ge_ffdm_for_presentation_r_mlo_sigmoid.dcm"
    return original, uncompressed(original, tmp_path_factory.mktemp("ge"))


@pytest.mark.parametrize(
    ("window", "option"),
    [
        *((str(n), ("+Wi", str(n))) for n in (1, 2, 3)),
        *((f"lut:{n}", ("+Wl", str(n))) for n in (1, 2, 3)),
    ],
)
def test_a_real_mammogram_has_dcmtks_grey_in_each_window_and_lut(
    mammogram: tuple[Path, Path], tmp_path: Path, window: str, option: tuple[str, str]
) -> None:
    original, plain = mammogram
    assert furthest(ours(original, tmp_path, window), theirs(plain, tmp_path, *option)) <= 1


@pytest.mark.parametrize("slice_number", [1, 4])
def test_a_real_volume_has_dcmtks_grey_on_each_slice(
    shared: Path, tmp_path: Path, slice_number: int
) -> None:
    original = shared / "data/dicom/hologic_bto_128x128x4_j2k.dcm"
    plain = uncompressed(original, tmp_path)
    codes = dcmread(plain).pixel_array[slice_number - 1]
    # The window stands in a functional group, which dcm2pnm does not read.
    window = ("+Ww", "512", "512")
    expected = theirs(plain, tmp_path, *window, slice_number=slice_number)
    drawn = ours(original, tmp_path, "1", slice_number=slice_number)
    padding = codes <= 4
    assert furthest(drawn, expected, ~padding) <= 1
    # dcm2pnm draws padding through the window; on a screen it stays black.
    assert not drawn[padding].any()


def _lut(first: int, entries: Any, *, bits: int, explanation: str = "") -> Dataset:
    lut = Dataset()
    # Signed pixels make the descriptor signed, which pydicom takes from the value's sign.
    lut.add_new(0x00283002, "SS" if first < 0 else "US", [len(entries), first, bits])
    lut.LUTExplanation = explanation
    lut.add_new(0x00283006, "US", [int(entry) for entry in entries])
    return lut


ROWS, COLUMNS = 96, 80
PLAIN = breast(rows=ROWS, columns=COLUMNS, top=3000)[0]
SIGNED = PLAIN.astype(np.int16) - np.int16(1200)
RISING = np.linspace(0, 1, 1500) ** 1.7
TWO = {"WindowCenter": [1500, 900], "WindowWidth": [2000, 350]}


@pytest.mark.parametrize(
    ("cells", "attributes"),
    [
        (PLAIN, {}),
        (PLAIN, {"VOILUTFunction": "SIGMOID"}),
        (PLAIN, {"RescaleSlope": "1.5", "RescaleIntercept": "-400"}),
        (PLAIN, {"RescaleSlope": "-1", "RescaleIntercept": "3000"}),
        (PLAIN, {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"}),
        (PLAIN, {"PhotometricInterpretation": "MONOCHROME1"}),
        (PLAIN << 4, {"HighBit": 15}),
        (SIGNED, {"WindowCenter": [100, 0], "WindowWidth": [2000, 350], "bits": 16}),
        (SIGNED, {"WindowCenter": [100, 0], "WindowWidth": [2000, 350], "bits": 13}),
        ((PLAIN >> 4).astype(np.uint8), {"WindowCenter": [90, 60], "WindowWidth": [130, 20]}),
    ],
)
@pytest.mark.parametrize("number", [1, 2])
def test_windows_have_dcmtks_grey_whatever_the_pixels(
    tmp_path: Path, cells: NDArray[Any], attributes: dict[str, Any], number: int
) -> None:
    path = write(tmp_path / "a.dcm", cells, **TWO | attributes)
    drawn = ours(path, tmp_path, str(number))
    assert furthest(drawn, theirs(path, tmp_path, "+Wi", str(number))) <= 1


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize(
    ("cells", "lut"),
    [
        (PLAIN, _lut(700, RISING * 4095, bits=12)),
        (PLAIN, _lut(700, RISING * 65535, bits=16)),
        (PLAIN, _lut(700, RISING[::6] * 255, bits=8)),
        (PLAIN, _lut(400, RISING[::-1] * 4095, bits=12)),
        (SIGNED, _lut(-600, RISING * 4095, bits=12)),
    ],
)
def test_luts_have_dcmtks_grey_whatever_they_are_made_of(
    tmp_path: Path, cells: NDArray[Any], lut: Dataset, syntax: Any
) -> None:
    path = write(tmp_path / "a.dcm", cells, bits=16, syntax=syntax, VOILUTSequence=Items([lut]))
    assert furthest(ours(path, tmp_path, "lut:1"), theirs(path, tmp_path, "+Wl", "1")) <= 1


def test_modality_luts_have_dcmtks_grey(tmp_path: Path) -> None:
    table = _lut(0, np.linspace(4095, 0, 4096) ** 0.9, bits=16)
    table.ModalityLUTType = "OD"
    attributes: dict[str, Any] = {"ModalityLUTSequence": Items([table])}
    path = write(tmp_path / "a.dcm", PLAIN, WindowCenter=900, WindowWidth=1500, **attributes)
    assert furthest(ours(path, tmp_path, "1"), theirs(path, tmp_path, "+Wi", "1")) <= 1


def test_big_endian_words_of_a_lut_are_read_as_dcmtk_reads_them(tmp_path: Path) -> None:
    lut = _lut(700, RISING * 4095, bits=12)
    words = (RISING * 4095).astype(">u2").tobytes()
    lut.add_new(0x00283006, "OW", words)
    path = write(tmp_path / "a.dcm", PLAIN, syntax=ExplicitVRBigEndian, VOILUTSequence=Items([lut]))
    assert furthest(ours(path, tmp_path, "lut:1"), theirs(path, tmp_path, "+Wl", "1")) <= 1


def test_a_picture_keeps_the_files_own_rows_and_columns(tmp_path: Path) -> None:
    turned = np.ascontiguousarray(np.rot90(PLAIN))
    path = write(tmp_path / "a.dcm", turned, orientation=["L", "A"], **TWO)
    drawn = ours(path, tmp_path, "1")
    assert drawn.shape == (COLUMNS, ROWS)
    assert furthest(drawn, theirs(path, tmp_path, "+Wi", "1")) <= 1


def test_the_window_of_a_frame_is_that_frames_own(tmp_path: Path) -> None:
    volume = breast(slices=3, rows=ROWS, columns=COLUMNS, top=3000)
    frames = Items(
        [
            group(FrameVOILUTSequence=group(WindowCenter=center, WindowWidth=900))[0]
            for center in (600, 1200, 1800)
        ]
    )
    path = write(tmp_path / "a.dcm", volume, sop_class=DBT, PerFrameFunctionalGroupsSequence=frames)
    for number, center in ((1, "600"), (3, "1800")):
        drawn = ours(path, tmp_path, "1", slice_number=number)
        window = ("+Ww", center, "900")
        assert furthest(drawn, theirs(path, tmp_path, *window, slice_number=number)) <= 1

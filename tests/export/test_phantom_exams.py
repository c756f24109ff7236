"""Phantom exams on disk: conformant, the same each time, and truthful."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.encaps import generate_frames

from viewer.export.phantom_dicom import Codec
from viewer.export.phantom_exams import write_phantom_exams

SIZE = {"slices": 6, "rows": 308, "columns": 250}
VIEWS = ("LCC", "LMLO", "RCC", "RMLO")
DCIODVFY = Path(sys.executable).parent / "dciodvfy"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("phantoms")
    write_phantom_exams(directory, exams=2, seed=4, **SIZE)
    return directory


def digests(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def truth(folder: Path) -> list[dict[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_exam_holds_three_kinds_of_four_views(folder: Path) -> None:
    names = {path.stem for path in (folder / "exam_0001").iterdir()}
    assert names == {f"{v}_{kind}" for v in VIEWS for kind in ("dbt", "synthetic", "ffdm")}


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_phantom_exams(tmp_path, exams=2, seed=4, **SIZE)
    assert digests(tmp_path) == digests(folder)


def test_another_seed_gives_other_images_and_identifiers(folder: Path, tmp_path: Path) -> None:
    write_phantom_exams(tmp_path, exams=1, seed=5, **SIZE)
    name = "exam_0001/LCC_ffdm.dcm"
    ours, other = pydicom.dcmread(folder / name), pydicom.dcmread(tmp_path / name)
    assert ours.SOPInstanceUID != other.SOPInstanceUID
    assert ours.StudyInstanceUID != other.StudyInstanceUID
    assert ours.PixelData != other.PixelData


@pytest.mark.parametrize("kind", ["dbt", "synthetic", "ffdm"])
@pytest.mark.parametrize("view", ["LCC", "RMLO"])
def test_dciodvfy_finds_no_error(folder: Path, kind: str, view: str) -> None:
    path = folder / "exam_0001" / f"{view}_{kind}.dcm"
    found = subprocess.run([DCIODVFY, path], capture_output=True, text=True, check=False)
    errors = [line for line in (found.stdout + found.stderr).splitlines() if "Error" in line]
    assert errors == []


@pytest.mark.parametrize("codec", list(Codec))
def test_every_codec_holds_the_same_pixels(folder: Path, tmp_path: Path, codec: Codec) -> None:
    write_phantom_exams(tmp_path, exams=1, seed=4, codec=codec, **SIZE)
    name = "exam_0001/RCC_dbt.dcm"
    wanted = pydicom.dcmread(folder / name).pixel_array
    dataset = pydicom.dcmread(tmp_path / name)
    if codec is Codec.JPEGLS:
        frames = generate_frames(dataset.PixelData, number_of_frames=dataset.NumberOfFrames)
        found = np.stack([imagecodecs.jpegls_decode(frame) for frame in frames])
    else:
        found = dataset.pixel_array
    assert dataset.file_meta.TransferSyntaxUID == codec.transfer_syntax
    assert np.array_equal(found, wanted)


def test_the_basic_offset_table_finds_every_frame(folder: Path) -> None:
    dataset = pydicom.dcmread(folder / "exam_0001" / "LMLO_dbt.dcm")
    offsets = pydicom.encaps.parse_basic_offsets(dataset.PixelData)
    assert len(offsets) == dataset.NumberOfFrames == SIZE["slices"]
    assert offsets[0] == 0
    assert offsets == sorted(offsets)


def test_planes_are_distinct_and_spaced_as_stated(folder: Path) -> None:
    dataset = pydicom.dcmread(folder / "exam_0001" / "LMLO_dbt.dcm")
    shared = dataset.SharedFunctionalGroupsSequence[0]
    spacing = float(shared.PixelMeasuresSequence[0].SpacingBetweenSlices)
    positions = np.array(
        [
            group.PlanePositionSequence[0].ImagePositionPatient
            for group in dataset.PerFrameFunctionalGroupsSequence
        ],
        dtype=float,
    )
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    assert steps == pytest.approx(np.full(len(steps), spacing), abs=1e-4)
    directions = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, dtype=float)
    assert np.diff(positions, axis=0)[0] @ directions[:3] == pytest.approx(0, abs=1e-4)
    assert np.diff(positions, axis=0)[0] @ directions[3:] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("view", "orientation"),
    [("LCC", ["A", "R"]), ("RCC", ["P", "L"]), ("LMLO", ["A", "F"]), ("RMLO", ["P", "F"])],
)
@pytest.mark.parametrize("kind", ["dbt", "synthetic", "ffdm"])
def test_orientation_agrees_with_the_pixels(
    folder: Path, view: str, orientation: list[str], kind: str
) -> None:
    dataset = pydicom.dcmread(folder / "exam_0001" / f"{view}_{kind}.dcm")
    assert list(dataset.PatientOrientation) == orientation
    image = dataset.pixel_array if dataset.pixel_array.ndim == 2 else dataset.pixel_array[3]
    chest_wall, air = (0, -1) if view[0] == "L" else (-1, 0)
    assert image[:, chest_wall].sum() > 0
    assert image[:, air].sum() == 0


def test_identities_are_plainly_fictional(folder: Path) -> None:
    for path in folder.rglob("*.dcm"):
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        assert str(dataset.PatientName).startswith("Phantom^")
        assert dataset.PatientID.startswith("PHANTOM-")


def test_truth_names_files_and_masks_that_agree_with_the_center(folder: Path) -> None:
    rows = truth(folder)
    first = [row for row in rows if row["exam"] == "exam_0001"]
    assert {row["class"] for row in first} == {"benign", "malignant"}
    assert len(first) == 2 * 2 * 3
    for row in rows:
        header = pydicom.dcmread(folder / row["file"], stop_before_pixels=True)
        mask = cv2.imread(str(folder / row["mask_file"]), cv2.IMREAD_UNCHANGED)
        assert mask.shape == (header.Rows, header.Columns)
        assert 0 <= int(row["slice"]) < int(header.get("NumberOfFrames", 1))
        center = np.argwhere(mask > 0).mean(axis=0)
        away = np.hypot(center[0] - float(row["row"]), center[1] - float(row["column"]))
        assert away < 0.35 * float(row["size_pixels"]) + 3


def test_progress_counts_every_slice_and_may_stop_the_work(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 5:
            raise Stop

    with pytest.raises(Stop):
        write_phantom_exams(tmp_path, seed=4, progress=progress, **SIZE)
    assert seen[0] == (1, 4 * (SIZE["slices"] + 2))
    assert not list(tmp_path.rglob("*.part*"))
    assert not (tmp_path / "truth.csv").exists()


def test_sizes_unlike_a_detector_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="250 columns"):
        write_phantom_exams(tmp_path, slices=2, rows=308, columns=100)

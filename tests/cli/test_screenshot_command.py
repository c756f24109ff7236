"""`tomolens screenshot`: the window's picture without a window."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_builders import COLUMNS, ROWS, write_mammogram, write_models, write_picture_exam
from cli_builders import write_volume as write_volume_file
from numpy.typing import NDArray
from PIL import Image
from typer.testing import CliRunner

from viewer.cli import app
from viewer.cli_paint import picture_of
from viewer.commands.headless_exam import HeadlessExam, peak_slice
from viewer.commands.model_set import load_models
from viewer.commands.screenshot import (
    PEAK,
    NoSuchPicture,
    ShotRequest,
    hung_for,
    kind_called,
    with_ai,
    with_slices,
)
from viewer.domain.ai_state import Done
from viewer.domain.view import ImageKind
from viewer.loading.find_exams import find_exams
from viewer.loading.scan_progress import SilentScan
from viewer.session.state import Layout
from viewer.ui.pictures import rgb_pixels

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(autouse=True)
def _offscreen(monkeypatch: pytest.MonkeyPatch) -> None:
    # The command sets it; this puts it back.
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")


def run(path: Path, output: Path, *more: str) -> tuple[int, str]:
    arguments = ["screenshot", str(path), "--output", str(output), *more]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def pixels_of(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_the_hanging_has_the_asked_size_and_every_view_in_its_place(tmp_path: Path) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC", "L-CC", "L-MLO"))
    code, said = run(exam, tmp_path / "four.png", "--size", "1000x800")
    assert code == 0, said
    pixels = pixels_of(tmp_path / "four.png")
    assert pixels.shape == (800, 1000, 3)
    tissue = (pixels.min(axis=2) > 25).astype(float)
    # Chest walls meet in the middle; the missing RMLO leaves its quarter dark.
    assert tissue[150:200, 440:495].mean() > 0.9
    assert tissue[150:200, 505:560].mean() > 0.9
    assert tissue[500:560, 505:560].mean() > 0.9
    assert tissue[500:560, 440:495].mean() < 0.1


def test_one_view_with_the_ai_is_painted_from_the_command_line(tmp_path: Path) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    models = write_models(tmp_path / "weights")
    plain, marked = tmp_path / "plain.png", tmp_path / "marked.png"
    view = ("--view", "rcc", "--size", "600x700")
    assert run(exam, plain, *view)[0] == 0
    code, said = run(exam, marked, *view, "--weights", str(models[1]))
    assert code == 0, said
    without, drawn = pixels_of(plain).astype(int), pixels_of(marked).astype(int)
    assert without.shape == drawn.shape == (700, 600, 3)
    # Below the words at the top, which may be amber.
    assert np.ptp(without[150:550, 200:], axis=2).max() < 20
    assert np.ptp(drawn[150:550, 200:], axis=2).max() > 60


def test_the_peak_is_the_slice_of_the_highest_malignant_saliency(tmp_path: Path) -> None:
    volume = write_volume_file(tmp_path / "exam" / "7_R-CC.nii.gz", 5, slices=4)
    models = load_models(write_models(tmp_path / "weights"), device="cpu")
    (located,) = find_exams([volume.parent], SilentScan()).exams
    request = ShotRequest(slice_number=PEAK, size=(500, 600))
    with HeadlessExam(located) as exam:
        state = hung_for(located.exam, request)
        image = located.exam.images[0]
        said = exam.ai_of(image, models, _Nothing())
        assert isinstance(said, Done)
        state = with_slices(with_ai(state, {image.image_id: said}), request)
        picture = picture_of(state, exam, request.size)
    highest = said.prediction.saliency[:, 1].max(axis=(1, 2))
    assert state.active_pane.slice_index == int(np.argmax(highest))
    assert state.active_pane.slice_index == peak_slice(said.prediction)
    assert rgb_pixels(picture).shape == (600, 500, 3)


class _Nothing:
    def update(self, done: int, total: int, stage: str) -> None:
        """Ignore the report."""


def test_a_plain_frame_is_the_frame_through_its_window(tmp_path: Path) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("L-CC",))
    code, said = run(exam, tmp_path / "frame.png", "--view", "LCC", "--plain")
    assert code == 0, said
    grey = pixels_of(tmp_path / "frame.png")
    codes = pixels_of(exam / "0_L-CC.png").astype(int)
    assert grey.shape == (ROWS, COLUMNS)
    order = np.argsort(codes, axis=None)
    assert np.all(np.diff(grey.ravel()[order].astype(int)) >= 0)
    assert grey.max() == 255


def test_a_bare_frame_of_the_only_image_keeps_the_rows_of_its_file(tmp_path: Path) -> None:
    path = write_mammogram(tmp_path / "exam" / "a.dcm", patient="ZZDOE", turned=True)
    code, said = run(path, tmp_path / "hung.png", "--plain", "--window", "1")
    assert code == 0, said
    code, said = run(path, tmp_path / "native.png", "--plain", "--native")
    assert code == 0, said
    native, hung = pixels_of(tmp_path / "native.png"), pixels_of(tmp_path / "hung.png")
    assert native.dtype == np.uint8
    assert np.array_equal(native[::-1, ::-1], hung)
    assert native[:, -5:].mean() > hung[:, -5:].mean()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--view", "RMLO"), "no image RMLO"),
        (("--slice", "9"), "no slice 9"),
        (("--slice", "0"), "no slice"),
        (("--slice", "first"), "no slice"),
        (("--size", "10x10"), "no size"),
        (("--size", "big"), "no size"),
        (("--plain",), "--view"),
        (("--native", "--view", "RCC"), "--native is for one bare frame"),
        (("--window", "0"), "no window"),
        (("--window", "lut:x"), "no window"),
        (("--window", "1"), "the header has no window 1"),
        (("--window", "lut:1"), "the header has no VOI LUT 1"),
        (("--kind", "mri"), "no kind"),
        (("--kind", "dbt"), "no DBT"),
        (("--size", "200x200"), "no room"),
    ],
)
def test_what_cannot_be_shown_is_said_with_a_hint_and_exit_code_2(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC", "L-CC"))
    code, said = run(exam, tmp_path / "view.png", *arguments)
    assert code == 2
    assert words in said
    assert "Hint" in said
    assert not (tmp_path / "view.png").exists()


def test_a_folder_without_an_exam_is_said(tmp_path: Path) -> None:
    (tmp_path / "exam").mkdir()
    (tmp_path / "exam" / "notes.txt").write_text("nothing to see")
    code, said = run(tmp_path / "exam", tmp_path / "view.png")
    assert code == 2
    assert "no exam was found" in said


def test_other_picture_formats_are_refused_before_any_work(tmp_path: Path) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    code, said = run(exam, tmp_path / "view.jpg")
    assert code == 2
    assert ".png" in said


def test_two_patients_with_the_same_pixels_give_the_same_picture(tmp_path: Path) -> None:
    pictures = []
    for patient in ("ZZDOE", "YYSMITH"):
        write_mammogram(tmp_path / patient / "a.dcm", patient=patient, study="same")
        code, said = run(tmp_path / patient, tmp_path / f"{patient}.png", "--size", "600x700")
        assert code == 0, said
        pictures.append(pixels_of(tmp_path / f"{patient}.png"))
    assert np.array_equal(pictures[0], pictures[1])
    assert b"ZZDOE" not in (tmp_path / "ZZDOE.png").read_bytes()


def test_kinds_have_short_names_on_the_command_line() -> None:
    assert kind_called("Synthetic") is ImageKind.SYNTHETIC_2D
    with pytest.raises(NoSuchPicture):
        kind_called("x")


def test_an_exam_of_one_image_fills_the_picture(tmp_path: Path) -> None:
    write_picture_exam(tmp_path / "exam", views=("R-CC",))
    (located,) = find_exams([tmp_path / "exam"], SilentScan()).exams
    assert hung_for(located.exam, ShotRequest()).layout is Layout.SINGLE


def test_it_runs_as_a_program_without_a_display(tmp_path: Path) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    headless = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(
        [sys.executable, "main.py", "screenshot", str(exam), "--output", str(tmp_path / "v.png")],
        cwd=ROOT,
        env=headless,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert pixels_of(tmp_path / "v.png").shape == (1080, 1920, 3)

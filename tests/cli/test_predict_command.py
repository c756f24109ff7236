"""`tomolens predict` on small exams and small networks of the real kinds."""

from __future__ import annotations

import csv
import logging
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from cli_builders import (
    write_mammogram,
    write_models,
    write_picture_exam,
    write_volume,
)
from PIL import Image
from pydicom import dcmread
from typer.testing import CliRunner

from inference.errors import Cancelled
from inference.progress import SilentProgress
from inference.types import Prediction
from viewer.cli import app
from viewer.commands.headless_exam import HeadlessExam
from viewer.commands.model_set import load_models
from viewer.commands.predict import predict_paths
from viewer.domain.ai_state import Done
from viewer.domain.image_stack import ImageStack
from viewer.export.tables import Status
from viewer.loading.find_exams import find_exams
from viewer.loading.scan_progress import SilentScan

Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_models(tmp_path_factory.mktemp("weights"))


class Silence:
    """Reports nothing."""

    search = SilentScan()
    inference = SilentProgress()

    def image_started(self, name: str, number: int, total: int) -> None:
        """Do nothing."""


def run(
    paths: Sequence[Path], weights: Sequence[Path], output: Path, *more: str
) -> tuple[int, str]:
    arguments = ["predict", *map(str, paths), "--output", str(output), "--device", "cpu", *more]
    for file in weights:
        arguments += ["--weights", str(file)]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def predicted(path: Path, weights: Sequence[Path]) -> dict[str, Prediction]:
    """What the models say, by image name, without any table."""
    loaded = load_models(weights, device="cpu")
    said = {}
    for located in find_exams([path], SilentScan()).exams:
        with HeadlessExam(located) as exam:
            for image in located.exam.images:
                state = exam.ai_of(image, loaded, SilentProgress())
                assert isinstance(state, Done)
                said[image.name] = state.prediction
    return said


def test_the_tables_hold_the_very_numbers_of_the_predictions(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC", "R-MLO"))
    code, said = run([exam], models, tmp_path / "out")
    assert code == 0, said
    expected = predicted(exam, models)
    rows = {row["image"]: row for row in read(tmp_path / "out" / "predictions.csv")}
    assert set(rows) == {"0_R-CC", "0_R-MLO"}
    for name, stack in (("0_R-CC", "RCC FFDM"), ("0_R-MLO", "RMLO FFDM")):
        row, prediction = rows[name], expected[stack]
        assert row["status"] == "done"
        assert float(row["malignant"]) == prediction.scores.malignant
        assert float(row["benign"]) == prediction.scores.benign
        assert float(row["benign_global"]) == prediction.global_scores.benign
        assert float(row["malignant_local"]) == prediction.local_scores.malignant
    (breast,) = read(tmp_path / "out" / "breasts.csv")
    assert float(breast["malignant"]) == pytest.approx(
        np.mean([p.scores.malignant for p in expected.values()]), rel=1e-12
    )
    assert (breast["laterality"], breast["images"]) == ("R", "2")
    patches = read(tmp_path / "out" / "patches.csv")
    assert len(patches) == sum(len(p.patches) for p in expected.values())
    first = expected["RCC FFDM"].patches_by_attention[0]
    assert float(patches[0]["attention"]) == first.attention
    assert (int(patches[0]["top"]), int(patches[0]["left"])) == (first.box.top, first.box.left)


def test_volumes_and_pictures_each_go_to_the_model_of_their_kind_with_their_arrays(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    write_picture_exam(tmp_path / "exam", views=("L-CC",))
    write_volume(tmp_path / "exam3d" / "7_R-CC.nii.gz", 5, slices=3)
    code, said = run([tmp_path / "exam", tmp_path / "exam3d"], models, tmp_path / "out", "--arrays")
    assert code == 0, said
    rows = {row["image"]: row for row in read(tmp_path / "out" / "predictions.csv")}
    assert rows["0_L-CC"]["model"] == "test gmic 1"
    assert (rows["7_R-CC"]["model"], rows["7_R-CC"]["kind"]) == ("test gmic3d 1", "DBT")
    assert rows["7_R-CC"]["slices"] == "3"
    arrays = tmp_path / "out" / "arrays"
    assert sorted(path.name for path in arrays.iterdir()) == ["0_L-CC.npz", "7_R-CC.npz"]
    expected = predicted(tmp_path / "exam3d", models)["RCC DBT"]
    with np.load(arrays / "7_R-CC.npz") as kept:
        assert kept["saliency"].shape[:2] == (3, 2)
        assert np.array_equal(kept["saliency"], expected.saliency)
        assert kept["attention"].tolist() == [p.attention for p in expected.patches]
        assert kept["patch_slice"].tolist() == [p.slice_index for p in expected.patches]
        assert kept["patch_top_left"].tolist() == [
            [p.input_top, p.input_left] for p in expected.patches
        ]


def test_labels_come_from_the_table_beside_the_images(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC", "L-CC"))
    (exam / "labels.csv").write_text("image,benign,malignant\n0_R-CC,1,0\n")
    run([exam], models, tmp_path / "out")
    rows = {row["image"]: row for row in read(tmp_path / "out" / "predictions.csv")}
    assert (rows["0_R-CC"]["benign_label"], rows["0_R-CC"]["malignant_label"]) == ("1", "0")
    assert rows["0_L-CC"]["benign_label"] == ""


def test_results_left_beside_the_images_change_nothing_the_next_time(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    (exam / "labels.csv").write_text("image,benign,malignant\n0_R-CC,1,0\n")
    run([exam], models, exam)
    before = (exam / "predictions.csv").read_bytes()
    run([exam], models, exam)
    assert (exam / "predictions.csv").read_bytes() == before


def test_an_image_that_was_left_unfinished_is_no_row(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    whole = (exam / "0_R-CC.png").read_bytes()
    (exam / ".r3_x9k2a.part.png").write_bytes(whole[: len(whole) // 2])
    code, said = run([exam], models, tmp_path / "out")
    assert code == 0, said
    assert len(read(tmp_path / "out" / "predictions.csv")) == 1


def test_a_bad_image_is_a_row_with_its_reason_and_the_rest_is_scored(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC", "L-CC"))
    whole = (exam / "0_L-CC.png").read_bytes()
    (exam / "0_L-CC.png").write_bytes(whole[: len(whole) // 2])
    Image.fromarray(np.zeros((500, 400), np.uint16)).save(exam / "0_R-MLO.png")
    code, said = run([exam], models, tmp_path / "out")
    assert code == 1, said
    rows = {row["image"]: row for row in read(tmp_path / "out" / "predictions.csv")}
    assert rows["0_R-CC"]["status"] == "done"
    for name in ("0_L-CC", "0_R-MLO"):
        assert rows[name]["status"] == "failed"
        assert len(rows[name]["reason"]) > 10
        assert rows[name]["malignant"] == ""


def test_an_image_that_no_weights_serve_is_not_run_and_nothing_scored_is_exit_code_2(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    code, said = run([exam], models[:1], tmp_path / "out")
    assert code == 2
    assert "nothing was scored" in said
    (row,) = read(tmp_path / "out" / "predictions.csv")
    assert (row["status"], row["benign"]) == ("not run", "")
    assert "FFDM" in row["reason"]


def test_an_unknown_view_is_not_guessed(tmp_path: Path, models: tuple[Path, Path]) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    (exam / "0_R-CC.png").rename(exam / "scan.png")
    code, _ = run([exam], models, tmp_path / "out")
    (row,) = read(tmp_path / "out" / "predictions.csv")
    assert code == 2
    assert (row["status"], row["laterality"]) == ("not run", "")
    assert "view" in row["reason"]


def test_raw_pixels_are_not_scored_and_the_image_made_of_them_is(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = tmp_path / "exam"
    write_mammogram(exam / "film.dcm", patient="DOE")
    raw = dcmread(exam / "film.dcm")
    raw.PresentationIntentType, raw.SOPInstanceUID = "FOR PROCESSING", "1.2.3"
    raw.save_as(exam / "raw.dcm")
    code, said = run([exam], models, tmp_path / "out")
    assert code == 0, said
    rows = {row["status"]: row for row in read(tmp_path / "out" / "predictions.csv")}
    assert set(rows) == {"done", "not run"}
    assert "raw pixels (For Processing)" in rows["not run"]["reason"]
    assert rows["not run"]["malignant"] == ""
    (breast,) = read(tmp_path / "out" / "breasts.csv")
    assert breast["images"] == "1"


def test_several_models_of_one_kind_all_score_and_are_told_apart(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    other = write_models(tmp_path / "other", name="other")
    code, _ = run([exam], [models[1], other[1], models[1]], tmp_path / "out", "--arrays")
    assert code == 0
    rows = read(tmp_path / "out" / "predictions.csv")
    assert [row["model"] for row in rows] == ["test gmic 1", "other gmic 1"]
    names = sorted(path.name for path in (tmp_path / "out" / "arrays").iterdir())
    assert names == ["0_R-CC.other-gmic-1.npz", "0_R-CC.test-gmic-1.npz"]
    assert len(read(tmp_path / "out" / "breasts.csv")) == 2


def test_weights_that_are_none_stop_before_any_work_without_a_traceback(tmp_path: Path) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    (tmp_path / "bad.safetensors").write_bytes(b"nothing of the kind")
    code, said = run([exam], [tmp_path / "bad.safetensors"], tmp_path / "out")
    assert code == 2
    assert "bad.safetensors" in said
    assert "Traceback" not in said
    assert not (tmp_path / "out" / "predictions.csv").exists()


def test_an_output_that_cannot_be_a_folder_is_said_before_any_work(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    (tmp_path / "out").write_text("a file")
    code, said = run([exam], models, tmp_path / "out")
    assert code == 2
    assert "Hint" in said
    assert (tmp_path / "out").read_text() == "a file"


def test_tables_that_lose_their_folder_are_kept_elsewhere(
    tmp_path: Path, models: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    (tmp_path / "safe").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "safe"))

    def take_the_folder_away(image: ImageStack, prediction: Prediction) -> None:
        (tmp_path / "out").rename(tmp_path / "gone")
        (tmp_path / "out").write_text("in the way")

    summary = predict_paths(
        [exam],
        load_models(models, device="cpu"),
        tmp_path / "out",
        with_arrays=False,
        progress=Silence(),
        on_prediction=take_the_folder_away,
    )
    assert summary.saved.problem is not None
    assert summary.saved.folder is not None
    assert summary.saved.folder.parent == tmp_path / "safe"
    assert read(summary.saved.folder / "predictions.csv")[0]["status"] == "done"


def test_stopping_saves_what_is_done_and_names_what_is_not(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    class StopAtThird(Silence):
        def image_started(self, name: str, number: int, total: int) -> None:
            if number == 3:
                raise Cancelled

    exam = write_picture_exam(tmp_path / "exam")
    summary = predict_paths(
        [exam],
        load_models(models[1:], device="cpu"),
        tmp_path / "out",
        with_arrays=False,
        progress=StopAtThird(),
    )
    assert summary.cancelled
    statuses = [row["status"] for row in read(tmp_path / "out" / "predictions.csv")]
    assert statuses == ["done", "done", "not run", "not run"]
    assert summary.count(Status.NOT_RUN) == 2
    assert len(read(tmp_path / "out" / "breasts.csv")) == 2


def test_arrays_beyond_the_space_left_are_said_and_the_scores_stay(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    out = tmp_path / "out"

    class ArraysGone(Silence):
        def image_started(self, name: str, number: int, total: int) -> None:
            (out / "arrays").rmdir()
            (out / "arrays").write_text("in the way")

    summary = predict_paths(
        [exam],
        load_models(models[1:], device="cpu"),
        out,
        with_arrays=True,
        progress=ArraysGone(),
    )
    (row,) = summary.rows
    assert row.status is Status.DONE
    assert row.reason.startswith("arrays not written")
    assert row.malignant is not None
    assert summary.saved.problem is None


def test_nothing_of_the_patient_leaves_the_program(
    tmp_path: Path, models: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    write_mammogram(tmp_path / "in" / "a.dcm", patient="ZZDOE", view="CC")
    write_mammogram(tmp_path / "in" / "b.dcm", patient="ZZDOE", view="MLO")
    broken = write_mammogram(tmp_path / "in" / "c.dcm", patient="ZZDOE", view="MLO", study="2")
    broken.write_bytes(broken.read_bytes()[:200_000])
    with caplog.at_level(logging.DEBUG, logger="viewer"):
        _, said = run([tmp_path / "in"], models, tmp_path / "out", "--arrays")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) == 6
    for secret in ("ZZDOE", "JANE", "QX4711", "19610102"):
        assert secret not in said
        assert secret not in caplog.text
        for path in files:
            assert secret not in path.name
            assert secret.encode() not in path.read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on the size of files")
def test_on_a_disk_that_is_full_everywhere_the_table_is_printed(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    exam = write_picture_exam(tmp_path / "exam", views=("R-CC",))
    # No file may grow beyond so many bytes: what a write meets when nothing is left.
    script = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "from viewer.cli import main; main()"
    )
    arguments = ["predict", exam, "--output", tmp_path / "out", "--weights", models[1], "--arrays"]
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "no other folder took the tables" in done.stderr
    assert "Traceback" not in done.stderr
    table = done.stdout[: done.stdout.index("\n\n")]
    (row,) = csv.DictReader(table.splitlines())
    assert (row["image"], row["status"]) == ("0_R-CC", "done")
    assert row["reason"].startswith("arrays not written")
    assert list((tmp_path / "out").glob("*.csv")) == []

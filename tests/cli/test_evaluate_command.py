"""`tomolens evaluate`: from phantoms to a page, and the published detection measure."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from cli_builders import write_models, write_picture_exam
from evaluation_builders import write_rows, write_study
from typer.testing import CliRunner

from viewer.cli import app

BOX_HEADER = [
    "PatientID", "StudyUID", "View", "Subject", "Slice", "X", "Y", "Width", "Height", "Class",
    "AD", "VolumeSlices",
]  # fmt: skip
MARK_HEADER = [
    "PatientID", "StudyUID", "View", "X", "Width", "Y", "Height", "Z", "Depth", "Score",
]  # fmt: skip
LABEL_HEADER = ["PatientID", "StudyUID", "View", "Normal", "Actionable", "Benign", "Cancer"]
MEAN = "mean sensitivity at 1, 2, 3, 4 false positives a volume"


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)])
    return result.exit_code, result.output


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(output: Path, measure: str, **wanted: str) -> float | None:
    found = [
        row
        for row in rows(output / "measures.csv")
        if row["measure"] == measure and all(row[key] == text for key, text in wanted.items())
    ]
    assert len(found) == 1
    return float(found[0]["value"]) if found[0]["value"] else None


def test_phantoms_are_predicted_and_evaluated_with_their_own_truth(tmp_path: Path) -> None:
    runner = CliRunner()
    made = runner.invoke(
        app,
        ["phantom", str(tmp_path / "ph"), "--exams", "2", "--seed", "5", "--slices", "4",
         "--rows", "308"],
    )  # fmt: skip
    assert made.exit_code == 0
    weights = write_models(tmp_path / "weights")
    predicted = runner.invoke(
        app,
        ["predict", str(tmp_path / "ph"), "--weights", str(weights[0]), "--output",
         str(tmp_path / "pred"), "--arrays", "--device", "cpu"],
    )  # fmt: skip
    assert predicted.exit_code == 0
    truth, output = tmp_path / "ph" / "truth.csv", tmp_path / "out"
    code, said = run(
        tmp_path / "pred",
        "--labels",
        truth,
        "--output",
        output,
        "--bootstraps",
        "20",
        "--no-report",
    )
    assert code == 0, said
    lesions = rows(truth)
    images = {(r["exam"], r["view"], r["class"]) for r in lesions if r["image_kind"] == "DBT"}
    of_maps = [r for r in rows(output / "measures.csv") if r["measure"] == "Dice of the map"]
    for finding in ("malignant", "benign"):
        wanted = sum(image[2] == finding for image in images)
        (counted,) = [int(r["cases"]) for r in of_maps if r["finding"] == finding]
        assert counted == wanted
    (breasts,) = [
        r
        for r in rows(output / "measures.csv")
        if (r["level"], r["finding"], r["measure"]) == ("breast", "malignant", "AUC")
    ]
    ill = {(r["exam"], r["view"][0]) for r in lesions if r["class"] == "malignant"}
    assert (int(breasts["cases"]), int(breasts["positives"])) == (4, len(ill))
    assert (
        not (output / "left_out.csv").exists() or "not run" in (output / "left_out.csv").read_text()
    )
    # Two exams are too few for an interval, and it is said.
    assert breasts["ci_low"] == ""
    assert "are needed" in breasts["reason"]


def test_exams_are_predicted_first_where_weights_are_given(tmp_path: Path) -> None:
    exams = write_picture_exam(tmp_path / "exams", number=0)
    write_picture_exam(tmp_path / "exams", number=1)
    labels = write_rows(
        tmp_path / "labels.csv",
        ["exam", "laterality", "malignant"],
        [[exam, side, int(side == "R")] for exam in (0, 1) for side in "RL"],
    )
    weights = write_models(tmp_path / "weights")[1]
    code, said = run(
        exams, "--weights", weights, "--labels", labels, "--output", tmp_path / "out",
        "--no-report",
    )  # fmt: skip
    assert code == 0, said
    assert (tmp_path / "out" / "predictions" / "arrays").is_dir()
    assert value(tmp_path / "out", "AUC", level="breast", finding="malignant") is not None
    assert value(tmp_path / "out", "AUC", level="image", finding="benign") is None


def test_a_study_is_reported_on_a_page_that_stands_alone(tmp_path: Path) -> None:
    study = write_study(tmp_path, exams=12, models=("three 1", "other 2"))
    output = tmp_path / "out"
    code, said = run(
        study.predictions, "--labels", study.labels, "--masks", study.masks, "--boxes",
        study.boxes, "--output", output, "--bootstraps", "100",
    )  # fmt: skip
    assert code == 0, said
    page = (output / "evaluation.html").read_text()
    assert "research use" in page
    assert "patient 1" not in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    figures = {path.name for path in (output / "figures").iterdir()}
    for name in ("curves-breast", "curves-image", "froc", "maps"):
        assert {f"{name}.png", f"{name}.svg"} <= figures
        assert f'id="{name}"' in page
    first = value(output, "AUC", level="breast", finding="malignant", series="three 1")
    second = value(output, "AUC", level="breast", finding="malignant", series="other 2")
    assert first is not None
    assert second is not None
    (change,) = [
        row
        for row in rows(output / "differences.csv")
        if (row["level"], row["finding"], row["measure"]) == ("breast", "malignant", "AUC")
    ]
    assert float(change["difference"]) == pytest.approx(first - second)
    assert "AUC" in said


def hand_case(folder: Path) -> list[str | Path]:
    """Three volumes; see tests/statistics/test_detection.py for the count by hand.

    Positive volumes: sensitivity 1/2 without a false positive, 1 at one a volume, so all four
    rates and their mean give 1; with the last lesion out of reach 1/2.
    """
    boxes = [
        ["P1", "S1", "lcc", 0.0, 20.0, 480.0, 485.0, 40.0, 30.0, "cancer", 0.0, 40],
        ["P2", "S2", "rmlo", 0.0, 10.0, 280.0, 285.0, 40.0, 30.0, "benign", 0.0, 40],
    ]
    marks = [
        ["P1", "S1", "lcc", 490, 20, 500, 20, 18, 4, 0.9],
        ["P1", "S1", "lcc", 490, 20, 480, 20, 18, 4, 0.8],
        ["P2", "S2", "rmlo", 290, 20, 890, 20, 8, 4, 0.7],
        ["P1", "S1", "lcc", 490, 20, 890, 20, 18, 4, 0.6],
        ["P2", "S2", "rmlo", 300, 20, 290, 20, 8, 4, 0.5],
        ["P2", "S2", "rmlo", 890, 20, 890, 20, 8, 4, 0.4],
        ["P3", "S3", "lcc", 90, 20, 90, 20, 8, 4, 0.3],
    ]
    volumes = [["P1", "S1", "lcc"], ["P2", "S2", "rmlo"], ["P3", "S3", "lcc"]]
    return [
        "--detections", write_rows(folder / "marks.csv", MARK_HEADER, marks),
        "--boxes", write_rows(folder / "boxes.csv", BOX_HEADER, boxes),
        "--labels",
        write_rows(folder / "labels.csv", LABEL_HEADER, [[*v, 1, 0, 0, 0] for v in volumes]),
        "--output", folder / "out", "--no-report",
    ]  # fmt: skip


def test_the_published_measure_counted_by_hand(tmp_path: Path) -> None:
    code, said = run(*hand_case(tmp_path))
    assert code == 0, said
    assert value(tmp_path / "out", MEAN) == 1.0
    points = [
        (float(r["false_positives_per_volume"]), float(r["sensitivity"]))
        for r in rows(tmp_path / "out" / "froc.csv")
        if r["volumes"] == "positive"
    ]
    assert points == [(0, 0), (0, 0.5), (0, 0.5), (1, 1), (1.5, 1)]


def test_tables_of_an_earlier_evaluation_do_not_stay(tmp_path: Path) -> None:
    arguments = hand_case(tmp_path)
    marks = tmp_path / "marks.csv"
    marks.write_text(marks.read_text().replace("P3,S3,lcc", "P3,S4,lcc"))
    assert run(*arguments)[0] == 0
    assert (tmp_path / "out" / "left_out.csv").exists()
    marks.write_text(marks.read_text().replace("P3,S4,lcc", "P3,S3,lcc"))
    assert run(*arguments)[0] == 0
    assert not (tmp_path / "out" / "left_out.csv").exists()


def test_a_lesion_out_of_depth_is_missed(tmp_path: Path) -> None:
    """The second lesion moves to slice 21: the mark at 10 is 11 off, a quarter of 40 is 10."""
    arguments = hand_case(tmp_path)
    boxes = tmp_path / "boxes.csv"
    boxes.write_text(boxes.read_text().replace("rmlo,0.0,10.0", "rmlo,0.0,21.0"))
    code, said = run(*arguments)
    assert code == 0, said
    assert value(tmp_path / "out", MEAN) == 0.5


def test_without_the_number_of_slices_the_rule_is_refused(tmp_path: Path) -> None:
    arguments = hand_case(tmp_path)
    boxes = tmp_path / "boxes.csv"
    boxes.write_text(boxes.read_text().replace("VolumeSlices", "Other"))
    code, said = run(*arguments)
    assert code == 2
    assert "no number of slices in row 2" in said
    assert "--volume-slices" in said
    code, said = run(*arguments, "--volume-slices", "40")
    assert code == 0, said
    assert value(tmp_path / "out", MEAN) == 1.0
    assert "every volume was taken to have 40 slices" in said


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("marks.csv", ",0.9", ",nan", 'row 2, column score: "nan" is not a finite number'),
        ("marks.csv", "Score", "Confidence", "marks.csv has no column score"),
        ("labels.csv", "P3,S3,lcc", "P1,S1,lcc", "rows 2 and 4 are the same volume"),
        ("boxes.csv", "cancer", "lump", '"lump" is no class'),
        ("boxes.csv", "20.0,480", "40.0,480", "row 2 lies on slice 40 of a volume of 40 slices"),
    ],
)
def test_bad_detection_tables_are_named(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    arguments = hand_case(tmp_path)
    text = (tmp_path / name).read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1))
    code, said = run(*arguments)
    assert code == 2
    assert message in said


def test_marks_in_unknown_volumes_are_left_out_and_named(tmp_path: Path) -> None:
    arguments = hand_case(tmp_path)
    marks = tmp_path / "marks.csv"
    marks.write_text(marks.read_text().replace("P3,S3,lcc", "P3,S4,lcc"))
    code, said = run(*arguments)
    assert code == 0
    assert "1 detections of marks.csv (row 8): lie in volumes that the labels do not list" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "there is nothing to evaluate"),
        (["--detections", "marks.csv"], "a submission is judged by boxes and labels"),
    ],
)
def test_what_is_missing_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    hand_case(tmp_path)
    monkeypatch.chdir(tmp_path)
    code, said = run(*arguments, "--output", "out")
    assert code == 2
    assert message in said


@pytest.mark.shared
def test_the_real_submission_has_no_volume_of_the_training_labels(
    tmp_path: Path, shared: Path
) -> None:
    """It marks volumes of another part of the collection: no figure is given, and why is said."""
    tables = shared / "data" / "detection"
    code, said = run(
        "--detections", tables / "dbtex_example_submission.csv", "--boxes",
        tables / "BCSDBTboxestrain.csv", "--labels", tables / "BCSDBTlabelstrain.csv",
        "--volume-slices", "90", "--output", tmp_path,
    )  # fmt: skip
    assert code == 0, said
    assert value(tmp_path, MEAN) is None
    assert "no detection lies in a volume that the labels know" in said
    assert "1360 detections" in said


@pytest.mark.shared
def test_the_real_boxes_and_labels_give_the_figures_of_a_loop_over_the_rules(
    tmp_path: Path, shared: Path
) -> None:
    """Marks near two thirds of the real boxes and elsewhere, judged volume by volume in a loop."""
    tables = shared / "data" / "detection"
    boxes, volumes = rows(tables / "BCSDBTboxestrain.csv"), rows(tables / "BCSDBTlabelstrain.csv")
    rng = np.random.default_rng(7)
    marks: list[list[object]] = []
    for box in boxes:
        for _ in range(int(rng.integers(0, 3))):
            x, y = float(box["X"]) + rng.normal(0, 60), float(box["Y"]) + rng.normal(0, 60)
            z = float(box["Slice"]) + rng.normal(0, 9)
            marks.append([box["PatientID"], box["StudyUID"], box["View"], x, box["Width"], y,
                          box["Height"], z, 0, round(float(rng.random()), 3)])  # fmt: skip
    for volume in volumes:
        for _ in range(int(rng.integers(0, 4))):
            marks.append([volume["PatientID"], volume["StudyUID"], volume["View"],
                          *rng.uniform(0, 1800, 4), rng.uniform(0, 60), 1,
                          round(float(rng.random()), 3)])  # fmt: skip
    code, said = run(
        "--detections", write_rows(tmp_path / "marks.csv", MARK_HEADER, marks), "--boxes",
        tables / "BCSDBTboxestrain.csv", "--labels", tables / "BCSDBTlabelstrain.csv",
        "--volume-slices", "90", "--output", tmp_path, "--bootstraps", "50",
    )  # fmt: skip
    assert code == 0, said
    with_box = {(b["StudyUID"], b["View"]) for b in boxes}
    assert value(tmp_path, MEAN) == pytest.approx(
        np.mean(_loop(marks, boxes, with_box, [1, 2, 3, 4], slices=90))
    )
    every = {(v["StudyUID"], v["View"]) for v in volumes}
    assert value(
        tmp_path, "sensitivity at 2 false positives a volume, all volumes"
    ) == pytest.approx(_loop(marks, boxes, every, [2], slices=90)[0])


def _loop(
    marks: list[list[object]],
    boxes: list[dict[str, str]],
    volumes: set[tuple[str, str]],
    rates: list[float],
    *,
    slices: int,
) -> list[float]:
    judged: list[tuple[float, int | None]] = []
    for _, study, view, *numbers in marks:
        if (study, view) not in volumes:
            continue
        x, width, y, height, z, depth, score = (float(str(number)) for number in numbers)
        best: tuple[float, int] | None = None
        for index, box in enumerate(boxes):
            if (box["StudyUID"], box["View"]) != (study, view):
                continue
            sides = float(box["Width"]), float(box["Height"])
            offset = (
                x + width / 2 - float(box["X"]) - sides[0] / 2,
                y + height / 2 - float(box["Y"]) - sides[1] / 2,
                z + depth / 2 - float(box["Slice"]),
            )
            in_plane = float(np.hypot(*offset[:2]))
            distance = float(np.sqrt(sum(o * o for o in offset)))
            if in_plane <= max(np.hypot(*sides) / 2, 100) and abs(offset[2]) <= slices / 4:
                best = min(best or (distance, index), (distance, index))
        judged.append((score, None if best is None else best[1]))
    thresholds = [score for score, lesion in judged if lesion is not None]
    thresholds += [max(j[0] for j in judged) + 1, min(j[0] for j in judged) - 1]
    across, up = [], []
    for threshold in sorted(thresholds, reverse=True):
        above = [j for j in judged if j[0] >= threshold]
        across.append(sum(lesion is None for _, lesion in above) / len(volumes))
        up.append(len({lesion for _, lesion in above} - {None}) / len(boxes))
    return [float(found) for found in np.interp(rates, across, up)]

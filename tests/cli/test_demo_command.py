"""`tomolens demo`: the comparison with the truth, and what it leaves without a display."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_builders import write_models
from PIL import Image

from inference.types import (
    Box,
    ClassScores,
    Laterality,
    ModelIdentity,
    Patch,
    Placement,
    Prediction,
)
from viewer.cli_demo_pictures import leave_pictures_and_tables, most_suspicious
from viewer.cli_headless import has_display
from viewer.commands.demo import Comparison, TrueLesion, compare, read_truth
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind, View, ViewPosition
from viewer.domain.windowing import GreyScale, Window
from viewer.export.phantom_exams import write_phantom_exams

LESION = TrueLesion(malignant=True, kind="mass", slice_index=6, row=150.0, column=120.0)


def make_image(kind: ImageKind = ImageKind.DBT) -> ImageStack:
    return ImageStack(
        image_id=kind.value,
        name=f"RCC {kind.value}",
        kind=kind,
        view=View(laterality=Laterality.RIGHT, position=ViewPosition.CC),
        slices=30 if kind is ImageKind.DBT else 1,
        rows=500,
        columns=400,
        grey_scale=GreyScale(),
        vois=(Window(center=1.0, width=2.0),),
    )


def make_prediction(*patches: tuple[int, int, int, float], malignant: float = 0.8) -> Prediction:
    scores = ClassScores(benign=0.1, malignant=malignant)
    return Prediction(
        model=ModelIdentity(name="m", version="1", architecture="gmic3d", sha256=""),
        scores=scores,
        global_scores=scores,
        local_scores=scores,
        saliency=np.zeros((1, 2, 1, 1), np.float32),
        patches=tuple(
            Patch(
                slice_index=slice_index,
                box=Box(top=top, left=left, height=100, width=100),
                attention=attention,
                input_top=0,
                input_left=0,
            )
            for slice_index, top, left, attention in patches
        ),
        placement=Placement(
            input_rows=1,
            input_columns=1,
            image_rows=500,
            image_columns=400,
            row_offset=0,
            column_offset=0,
            mirrored=False,
        ),
        has_salient_region=True,
        outside_training_views=False,
        seconds=0.0,
        device="CPU",
    )


def test_a_patch_counts_when_it_holds_the_lesion_s_centre_on_a_near_slice() -> None:
    image = make_image()
    on_it = make_prediction((2, 300, 300, 0.6), (12, 100, 100, 0.4))
    assert Comparison(image=image, prediction=on_it, lesions=()).patch_on(LESION) == 2
    too_deep = make_prediction((20, 100, 100, 1.0))
    assert Comparison(image=image, prediction=too_deep, lesions=()).patch_on(LESION) is None


def test_the_comparison_says_what_is_there_and_what_was_said() -> None:
    image = make_image()
    found = Comparison(
        image=image, prediction=make_prediction((6, 100, 100, 1.0)), lesions=(LESION,)
    )
    assert "malignant 0.80" in found.sentence
    assert "malignant mass in slice 7, patch 1 on it" in found.sentence
    missed = replace(found, prediction=make_prediction((6, 300, 300, 1.0)))
    assert "no patch on it" in missed.sentence
    assert "nothing there" in replace(found, lesions=()).sentence


def test_images_meet_their_truth_by_view_and_kind() -> None:
    images = (make_image(), make_image(ImageKind.FFDM))
    exam = Exam(exam_id="e", alias="Exam 1", images=images)
    compared = compare(
        exam, {image.image_id: make_prediction() for image in images}, {("rcc", "ffdm"): (LESION,)}
    )
    assert [c.lesions for c in compared] == [(), (LESION,)]


def test_the_figure_is_made_of_a_volume_if_there_is_one() -> None:
    volume = Comparison(image=make_image(), prediction=make_prediction(malignant=0.2), lesions=())
    picture = Comparison(
        image=make_image(ImageKind.FFDM), prediction=make_prediction(malignant=0.9), lesions=()
    )
    assert most_suspicious([volume, picture]) is volume.image
    assert most_suspicious([picture]) is picture.image


def test_a_display_is_known_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_display()
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert not has_display()


@pytest.mark.usefixtures("qapp")
def test_without_a_display_it_leaves_tables_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exam, output = tmp_path / "out" / "exam", tmp_path / "out"
    write_phantom_exams(exam, seed=7, slices=3, rows=614, columns=499)
    leave_pictures_and_tables(exam, output, write_models(tmp_path / "weights"))
    said = capsys.readouterr().out
    with (output / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["done"] * 12
    assert {row["kind"] for row in rows} == {"DBT", "FFDM", "Synthetic 2D"}
    pictures = sorted(path.name.split("_", 1)[1] for path in output.glob("*.png"))
    assert [name for name in pictures if "figure" not in name] == [
        "LCC.png",
        "LMLO.png",
        "RCC.png",
        "RMLO.png",
        "four-views.png",
    ]
    (animation,) = output.glob("*.gif")
    with Image.open(animation) as gif:
        assert gif.n_frames == 3
    assert len(list(output.glob("*.mp4"))) == 1
    truth = read_truth(exam / "truth.csv")
    assert sum(len(lesions) for lesions in truth.values()) == said.count(" on it")
    assert "mean nothing for patients" in said

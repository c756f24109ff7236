"""Pictures for docs/demo-weights.md: python -m inference.training.figures --work DIR."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inference.architecture import Architecture
from inference.checkpoint import load_model
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.training.breast import View
from inference.training.crops import ImageKind
from inference.training.findings import PlacedLesion
from inference.training.imaging import ImagedView
from inference.training.measures import area_under_curve
from inference.training.phantoms import DEMO_SEED, draw_exam
from inference.training.whole_images import WholeImage, every_nth_slice, whole_image
from inference.types import CLASS_NAMES, ArraySource, Laterality, ModelInput, Prediction

_FONT = Path(__file__).resolve().parents[2] / "resources" / "fonts" / "Inter-Medium.otf"
_COLOURS = {"benign": (34, 120, 60), "malignant": (190, 40, 40)}
_INK, _GRID, _PAPER = (30, 30, 34), (222, 222, 226), (255, 255, 255)
_SIDE, _MARGIN = 340, 64
_PICTURE_HEIGHT = 560


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve of a plot."""

    label: str
    colour: tuple[int, int, int]
    across: NDArray[np.float64]
    up: NDArray[np.float64]


def plot(
    title: str, lines: Sequence[Line], *, across: str, up: str, limits: tuple[float, float]
) -> Image.Image:
    """Draw curves in a square from 0 to `limits` (across, up)."""
    picture = Image.new("RGB", (_SIDE + 2 * _MARGIN, _SIDE + 2 * _MARGIN), _PAPER)
    draw = ImageDraw.Draw(picture)
    small, large = ImageFont.truetype(_FONT, 13), ImageFont.truetype(_FONT, 16)
    draw.text((_MARGIN, 18), title, fill=_INK, font=large)
    for share in np.linspace(0, 1, 6):
        place = round(share * _SIDE)
        bottom = _MARGIN + _SIDE
        draw.line((_MARGIN + place, _MARGIN, _MARGIN + place, bottom), fill=_GRID)
        draw.line((_MARGIN, bottom - place, _MARGIN + _SIDE, bottom - place), fill=_GRID)
        text = f"{share * limits[0]:g}"
        draw.text((_MARGIN + place, bottom + 6), text, fill=_INK, font=small, anchor="ma")
        text = f"{share * limits[1]:.2g}"
        draw.text((_MARGIN - 8, bottom - place), text, fill=_INK, font=small, anchor="rm")
    draw.text((_MARGIN + _SIDE / 2, _SIDE + _MARGIN + 28), across, _INK, small, anchor="ma")
    draw.text((_MARGIN, _MARGIN - 8), up, fill=_INK, font=small, anchor="ls")
    for index, line in enumerate(lines):
        points = [
            (_MARGIN + a / limits[0] * _SIDE, _MARGIN + _SIDE - u / limits[1] * _SIDE)
            for a, u in zip(line.across, line.up, strict=True)
        ]
        draw.line(points, fill=line.colour, width=3, joint="curve")
        place = (_MARGIN + _SIDE - 8, _MARGIN + _SIDE - 12 - 20 * (len(lines) - index))
        draw.text(place, line.label, fill=line.colour, font=small, anchor="rt")
    return picture


def roc_line(cases: Sequence[dict[str, Any]], finding_class: int) -> Line:
    """Return the ROC curve of one class."""
    scores = np.array([case["scores"][finding_class] for case in cases])
    labels = np.array([bool(case["labels"][finding_class]) for case in cases])
    order = np.argsort(-scores, kind="stable")
    hits = np.concatenate(([0.0], np.cumsum(labels[order]) / labels.sum()))
    alarms = np.concatenate(([0.0], np.cumsum(~labels[order]) / (~labels).sum()))
    name = CLASS_NAMES[finding_class]
    area = area_under_curve(scores, labels)
    return Line(label=f"{name} {area:.3f}", colour=_COLOURS[name], across=alarms, up=hits)


def beside(pictures: Sequence[Image.Image]) -> Image.Image:
    """Put pictures of one height next to each other."""
    width = sum(picture.width for picture in pictures)
    joined = Image.new("RGB", (width, max(picture.height for picture in pictures)), _PAPER)
    left = 0
    for picture in pictures:
        joined.paste(picture, (left, 0))
        left += picture.width
    return joined


def roc_figure(work: Path) -> Image.Image:
    """Draw both networks' ROC curves on unseen phantoms."""
    plots = []
    for architecture in (Architecture.GMIC3D, Architecture.GMIC):
        cases = json.loads((work / f"unseen_{architecture.value}.json").read_text())
        title = "3D-GMIC" if architecture is Architecture.GMIC3D else "GMIC"
        plots.append(
            plot(
                f"{title}, {len(cases)} unseen phantom images",
                [roc_line(cases, index) for index in range(len(CLASS_NAMES))],
                across="false alarms (share of images)",
                up="hits (share of images), AUC",
                limits=(1.0, 1.0),
            )
        )
    return beside(plots)


def learning_figure(work: Path) -> Image.Image:
    """Draw every stage's held-out area under the curve."""
    names = {
        "coarse": "whole-slice net on crops",
        "close": "patch net on patches",
        "refine_gmic3d": "3D on whole slices",
        "refine_gmic": "2D on whole images",
    }
    plots = []
    for name, title in names.items():
        steps, values = _joined_curve(work, name)
        plots.append(
            plot(
                title,
                [Line(label="", colour=(40, 90, 170), across=steps, up=values)],
                across="steps",
                up="mean AUC, held-out phantoms",
                limits=(float(steps.max()), 1.0),
            )
        )
    return beside(plots)


def _joined_curve(work: Path, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return steps and measures of a stage, its cycles one after the other."""
    steps: list[float] = []
    values: list[float] = []
    for path in [*work.glob(f"curve_{name}.json"), *sorted(work.glob(f"curve_{name}_[0-9].json"))]:
        before = steps[-1] if steps else 0.0
        for point in json.loads(path.read_text()):
            steps.append(before + point["step"])
            values.append(point["value"])
    return np.array(steps), np.array(values)


def demo_figure(weights: Path) -> Image.Image:
    """Draw where the shipped networks look in the demonstration exam, malignant breast, CC."""
    exam = draw_exam(DEMO_SEED, 1)
    is_left = exam.left.lesions[0].class_name == "malignant"
    imaged = exam.image_view(Laterality.LEFT if is_left else Laterality.RIGHT, View.CC)
    pictures = []
    for kind in ImageKind:
        model = load_model(weights / f"demo_{kind.architecture}.safetensors")
        whole = whole_image(imaged, kind, every_nth_slice(imaged, 4))
        prediction = Predictor(model=model).predict(
            ModelInput(
                source=ArraySource(whole.pixels),
                laterality=imaged.view.breast.laterality,
                crop_rule=imaged.view.view.crop_rule,
            ),
            SilentProgress(),
        )
        pictures.append(_looked_at(whole, imaged, imaged.lesions[0], prediction))
    return beside(pictures)


def _looked_at(
    whole: WholeImage, imaged: ImagedView, placed: PlacedLesion, prediction: Prediction
) -> Image.Image:
    shown = 0
    if whole.kind is ImageKind.DBT:
        shown = whole.slice_indices.index(placed.slice_index(imaged.view))
    image = whole.pixels[shown].astype(np.float32)
    low, high = np.percentile(image[image > 0], [1, 99.7])
    grey = np.clip((image - low) / (high - low), 0, 1)[..., None].repeat(3, axis=2) * 255
    placement = prediction.placement
    # One after the other, since a saliency map is stretched to its input before it is laid down.
    for name, saliency in zip(CLASS_NAMES, prediction.saliency[shown], strict=True):
        stretched = cv2.resize(saliency, (placement.input_columns, placement.input_rows))
        if placement.mirrored:
            stretched = stretched[:, ::-1]
        layer = _in_image(stretched, prediction, grey.shape[:2])
        colour = np.array(_COLOURS[name], dtype=np.float32) * 1.25
        grey += (colour - grey) * (0.55 * layer)[..., None]
    scale = _PICTURE_HEIGHT / grey.shape[0]
    picture = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for patch in prediction.patches_by_attention[:2]:
        box = patch.box
        corners = (box.left, box.top, box.left + box.width, box.top + box.height)
        draw.rectangle(corners, outline=(255, 205, 60), width=max(2, round(1.5 / scale)))
    width = round(grey.shape[1] * scale)
    picture = picture.resize((width, _PICTURE_HEIGHT), Image.Resampling.LANCZOS)
    caption = (
        f"{whole.kind.value}: malignant {prediction.scores.malignant:.2f}, "
        f"benign {prediction.scores.benign:.2f}"
    )
    font = ImageFont.truetype(_FONT, 15)
    ImageDraw.Draw(picture).text((width / 2, 12), caption, (235, 235, 235), font, anchor="ma")
    return picture


def _in_image(
    layer: NDArray[np.float32], prediction: Prediction, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Lay a map of the input over the displayed image."""
    placement = prediction.placement
    laid = np.zeros(shape, np.float32)
    left = placement.column_offset
    if placement.mirrored:
        left = shape[1] - placement.column_offset - placement.input_columns
    top = placement.row_offset
    rows = slice(max(0, top), min(shape[0], top + layer.shape[0]))
    columns = slice(max(0, left), min(shape[1], left + layer.shape[1]))
    laid[rows, columns] = layer[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return laid


def main() -> None:
    """Write the three pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path("resources/weights"))
    parser.add_argument("--output", type=Path, default=Path("docs"))
    arguments = parser.parse_args()
    roc_figure(arguments.work).save(arguments.output / "demo-weights-roc.png")
    learning_figure(arguments.work).save(arguments.output / "demo-weights-learning.png")
    demo_figure(arguments.weights).save(arguments.output / "demo-weights-saliency.png")


if __name__ == "__main__":
    main()

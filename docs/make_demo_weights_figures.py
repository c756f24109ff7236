"""Draw the figures of docs/demo-weights.md from the records in docs/demo-weights/ and the weights.

The records are the curves that train_demo leaves, and unseen.json and tables.json of measure_demo.
python docs/make_demo_weights_figures.py
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from inference.checkpoint import load_model
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.training.breast import View
from inference.training.demo_networks import weights_path
from inference.training.image_kinds import ImageKind
from inference.training.imaging import ImagedView
from inference.training.phantoms import DEMO_SEED, draw_exam
from inference.types import CLASS_NAMES, ArraySource, Laterality, ModelInput, Prediction

DOCS = Path(__file__).parent
_NEAR_SLICES = 3
RECORDS = DOCS / "demo-weights"
WEIGHTS = DOCS.parent / "resources" / "weights"
COLOURS = {"benign": "#22783c", "malignant": "#be2828"}
STAGES = {
    "crops": "1  crops, every kind",
    "looks_gmic3d": "2  whole slices",
    "together_gmic3d": "3  3D-GMIC together",
    "looks_gmic": "2  whole 2D images",
    "together_gmic": "3  GMIC together",
    "two_view": "4  two views",
}
NETWORKS = {"gmic3d": "3D-GMIC", "gmic": "GMIC, both 2D kinds", "two_view": "two views"}


def learning_figure() -> None:
    """Losses of every stage, and what was measured on the breasts watched."""
    figure, rows = plt.subplots(
        2, len(STAGES), figsize=(19, 6), squeeze=False, layout="constrained"
    )
    for (name, title), loss_axes, area_axes in zip(STAGES.items(), *rows, strict=True):
        points = json.loads((RECORDS / f"curve_{name}.json").read_text())
        _losses(loss_axes, points)
        _areas(area_axes, points)
        loss_axes.set_title(title, fontsize=11)
        area_axes.set_xlabel("steps")
    rows[0][0].set_ylabel("loss")
    rows[1][0].set_ylabel("AUC, watched phantoms")
    _keep(figure, "demo-weights-learning")


def _losses(axes: Axes, points: list[dict[str, float]]) -> None:
    names = [name for name in points[0] if name != "step"]
    for name in names:
        found = [(point["step"], point[name]) for point in points if name in point]
        steps, values = np.array(found).T
        axes.plot(steps, _smooth(values), label=name)
    axes.set_yscale("log")
    axes.legend(fontsize=8)


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    width = max(1, len(values) // 20)
    padded = np.pad(values, (width, width), mode="edge")
    kernel = np.ones(2 * width + 1) / (2 * width + 1)
    smooth: NDArray[np.float64] = np.convolve(padded, kernel, mode="valid")
    return smooth


def _areas(axes: Axes, points: list[dict[str, float]]) -> None:
    for own in CLASS_NAMES:
        for ending, style in (("_joint", "-"), ("_global", ":"), ("", "-")):
            name = f"auc_{own}{ending}"
            found = [(point["step"], point[name]) for point in points if name in point]
            if found:
                steps, values = np.array(found).T
                axes.plot(steps, values, style, marker="o", color=COLOURS[own], label=own + ending)
    axes.set_ylim(0.4, 1.02)
    axes.legend(fontsize=8, loc="lower right")


def roc_figure() -> None:
    """ROC curves over the unseen breasts; a breast's score is the mean of its images'."""
    results = json.loads((RECORDS / "unseen.json").read_text())
    tables = json.loads((RECORDS / "tables.json").read_text())
    figure, axes = plt.subplots(1, len(NETWORKS), figsize=(15, 5.6), layout="constrained")
    for (name, title), own in zip(NETWORKS.items(), axes, strict=True):
        breasts: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for one in results[name]:
            breasts[one["number"]].append(one)
        for index, label in enumerate(CLASS_NAMES):
            scores = [np.mean([one["scores"][index] for one in b]) for b in breasts.values()]
            truth = [b[0]["labels"][index] for b in breasts.values()]
            low, high = tables[name][f"auc_{label}_interval"]
            text = f"{label} {tables[name][f'auc_{label}']:.3f} ({low:.3f} to {high:.3f})"
            own.plot(*_roc(np.array(scores), np.array(truth)), color=COLOURS[label], label=text)
        own.plot((0, 1), (0, 1), color="#cccccc", zorder=0)
        own.set_title(f"{title}: {len(breasts)} unseen breasts", fontsize=11)
        own.set_xlabel("1 - specificity")
        own.set_aspect("equal")
        own.legend(fontsize=9, loc="lower right", title="AUC (95 % interval)")
    axes[0].set_ylabel("sensitivity")
    _keep(figure, "demo-weights-roc")


def _roc(
    scores: NDArray[np.float64], labels: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    order = np.argsort(-scores, kind="stable")
    positive = labels[order].astype(bool)
    hits = np.concatenate(([0.0], np.cumsum(positive) / positive.sum()))
    alarms = np.concatenate(([0.0], np.cumsum(~positive) / (~positive).sum()))
    return alarms, hits


def saliency_figure() -> None:
    """Where the networks look in the demonstration exam: the malignant breast, CC."""
    exam = draw_exam(DEMO_SEED, 1)
    is_left = exam.left.lesions[0].class_name == "malignant"
    imaged = exam.image_view(Laterality.LEFT if is_left else Laterality.RIGHT, View.CC)
    figure, axes = plt.subplots(1, len(ImageKind), figsize=(15, 7.5), facecolor="black")
    for kind, own in zip(ImageKind, axes, strict=True):
        _looked_at(own, imaged, kind)
    figure.subplots_adjust(0, 0, 1, 0.94, 0.01)
    figure.savefig(DOCS / "demo-weights-saliency.png", dpi=80)


def _looked_at(axes: Axes, imaged: ImagedView, kind: ImageKind) -> None:
    pixels, shown = _pixels(imaged, kind)
    predictor = Predictor(model=load_model(weights_path(WEIGHTS, kind.architecture)))
    prediction = predictor.predict(
        ModelInput(
            source=ArraySource(pixels),
            laterality=imaged.view.breast.laterality,
            crop_rule=imaged.view.view.crop_rule,
        ),
        SilentProgress(),
    )
    image = pixels[shown].astype(np.float32)
    low, high = np.percentile(image[image > 0], [1, 99.7])
    grey = np.clip((image - low) / (high - low), 0, 1)[..., None].repeat(3, axis=2)
    for name, saliency in zip(CLASS_NAMES, prediction.saliency[shown], strict=True):
        layer = _in_image(saliency, prediction, grey.shape[:2])
        colour = np.array(matplotlib.colors.to_rgb(COLOURS[name]))
        grey += (colour - grey) * (0.55 * layer)[..., None]
    axes.imshow(np.clip(grey, 0, 1), aspect="equal")
    for patch in prediction.patches:
        if abs(patch.slice_index - shown) <= _NEAR_SLICES:
            box = patch.box
            corner, size = (box.left, box.top), (box.width, box.height)
            axes.add_patch(Rectangle(corner, *size, fill=False, color="#ffcd3c", linewidth=1.5))
    scores = prediction.scores
    axes.set_title(
        f"{kind.value}: malignant {scores.malignant:.2f}, benign {scores.benign:.2f}",
        color="white",
        fontsize=11,
    )
    axes.axis("off")


def _pixels(imaged: ImagedView, kind: ImageKind) -> tuple[NDArray[np.uint16], int]:
    """The whole volume or the 2D image, and the slice to show."""
    if kind is ImageKind.DBT:
        slices = [imaged.tomosynthesis_slice(index) for index in range(imaged.view.slices)]
        return np.stack(slices), imaged.lesions[0].slice_index(imaged.view)
    image = imaged.ffdm() if kind is ImageKind.FFDM else imaged.synthetic_2d()
    return image[None], 0


def _in_image(
    saliency: NDArray[np.float32], prediction: Prediction, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Lay a map over the displayed image."""
    placement = prediction.placement
    layer = cv2.resize(saliency, (placement.input_columns, placement.input_rows))
    facing = np.zeros((shape[0], shape[1]), np.float32)
    top, left = placement.row_offset, placement.column_offset
    rows = slice(max(0, top), min(shape[0], top + layer.shape[0]))
    columns = slice(max(0, left), min(shape[1], left + layer.shape[1]))
    facing[rows, columns] = layer[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return facing[:, ::-1] if placement.mirrored else facing


def _keep(figure: Any, name: str) -> None:
    for ending in ("png", "svg"):
        figure.savefig(DOCS / f"{name}.{ending}", dpi=80)


if __name__ == "__main__":
    plt.switch_backend("Agg")
    learning_figure()
    roc_figure()
    saliency_figure()

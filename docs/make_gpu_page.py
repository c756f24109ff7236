"""Makes docs/gpu.md from docs/gpu/: what tests.benchmarks.benchmark_cuda and its neighbours left.

python docs/make_gpu_page.py; the JSON files are copied there as the benchmarks wrote them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
KEPT = HERE / "gpu"
GB = 1000
Part = dict[str, Any]


def _reports() -> Part:
    """Every part that any of the files holds."""
    parts: Part = {}
    for path in sorted(KEPT.glob("*.json")):
        parts |= json.loads(path.read_text(encoding="utf-8"))
    return parts


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _predictions(parts: Part) -> str:
    rows = []
    for precision, title in (("mixed", "mixed (default)"), ("exact", "float32 (`cuda-exact`)")):
        for count, row in parts["predictions"][precision].items():
            if count.isdigit():
                rows.append(
                    [
                        title,
                        count,
                        f"{row['seconds']:.3f}",
                        f"{row['preparing_seconds']:.3f}",
                        f"{row['slices_seconds']:.3f}",
                        f"{row['patches_seconds']:.3f}",
                        f"{row['peak_reserved_mb'] / GB:.2f}",
                    ]
                )
    head = ["Precision", "Slices", "Whole, s", "Preparing", "Looking", "Patches", "GPU memory, GB"]
    return _table(head, rows)


def _accuracy(parts: Part) -> str:
    rows = []
    for model, pairs in parts["accuracy"].items():
        if isinstance(pairs, dict):
            rows += [[f"{model}, phantom", pair, *_errors(found)] for pair, found in pairs.items()]
    for image, found in parts.get("real images", {}).items():
        if isinstance(found, dict):
            rows.append([image.replace("_", " "), "mixed against exact", *_errors(found)])
    return _table(["Model, image", "", "Saliency", "Scores", "Within"], rows)


def _errors(found: Part) -> list[str]:
    verdict = "yes" if found["passed"] else "**no**"
    return [f"{found['saliency_difference']:.1e}", f"{found['score_difference']:.1e}", verdict]


def _memory(parts: Part) -> str:
    rows = []
    for name, row in parts["little memory"].items():
        if isinstance(row, dict):
            said = "; ".join(row["notices"]) or "nothing"
            rows.append([name, said, f"{row['seconds']:.2f}", "yes" if row["passed"] else "**no**"])
    return _table(["Room for", "What was said", "s", "Same result"], rows)


def _chunks(parts: Part) -> str:
    rows = []
    for name, row in parts["parts"].items():
        if ", chunk of " in name:
            precision, chunk = name.split(", chunk of ")
            speed, memory = row["ms_per_slice"], row["peak_allocated_mb"] / GB
            rows.append([precision, chunk, f"{speed:.2f}", f"{memory:.2f}"])
    return _table(["Precision", "Slices at a time", "ms a slice", "GB"], rows)


def _variants(parts: Part) -> str:
    rows = []
    for way, row in parts["variants"]["random"].items():
        rows.append([way, f"{row['saliency_difference']:.1e}", f"{row['ms_per_slice']:.2f}"])
    return _table(["Way", "Saliency", "ms a slice"], rows)


def _efficiency(parts: Part) -> str:
    rows = []
    for name, row in parts["efficiency"].items():
        if isinstance(row, dict):
            rows.append([name, *_costs(row)])
    head = ["Network", "GMAC", "printed", "Training, float32, GB", "mixed, GB", "printed, GB"]
    return _table([*head, "A step, float32, s", "Inference, s"], rows)


def _costs(row: Part) -> Iterator[str]:
    inference = row["inference"]
    yield f"{row['gmac']:,.0f}"
    yield f"{row['printed_gmac']:,.0f}"
    yield f"{row['training, float32']['extrapolated_mb_96'] / GB:.1f}"
    yield f"{row['training, mixed']['extrapolated_mb_96'] / GB:.1f}"
    yield f"{row['printed_training_mb'] / GB:.1f}"
    yield f"{row['training, float32']['extrapolated_seconds_96']:.2f}"
    yield f"{inference.get('seconds_96', inference.get('extrapolated_seconds_96')):.2f}"


def page() -> str:
    """The whole page."""
    parts = _reports()
    machine = parts["machine"]
    texts = {path.stem: path.read_text(encoding="utf-8").strip() for path in KEPT.glob("*.txt")}
    return (
        (HERE / "gpu" / "page.template.md")
        .read_text(encoding="utf-8")
        .format(
            gpu=machine["gpu"],
            torch=machine["torch"],
            cores=machine["cores"],
            predictions=_predictions(parts),
            accuracy=_accuracy(parts),
            memory=_memory(parts),
            chunks=_chunks(parts),
            variants=_variants(parts) if "variants" in parts else "",
            efficiency=_efficiency(parts),
            training=texts["training"].replace("\n", "\n    "),
            loading=texts.get("loading", "").replace("\n", "\n    "),
        )
    )


if __name__ == "__main__":
    (HERE / "gpu.md").write_text(page(), encoding="utf-8")

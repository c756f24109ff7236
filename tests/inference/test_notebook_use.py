"""The models as a notebook uses them: arrays in, scores out, nothing of the viewer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ct_model_builders import save_ct_model
from inference_builders import SMALL_TWO_VIEW, make_two_view
from model_builders import card_of, save_small

from inference.architecture import Architecture
from inference.architectures.two_view import card_settings
from inference.checkpoint import save_model

START = """
import sys
import numpy as np
from inference.checkpoint import load_model
from inference.device import cpu
from inference.progress import SilentProgress
from inference.types import ArraySource, CropRule, Laterality, ModelInput

folder = sys.argv[1]
rows, columns = np.mgrid[:420, :300]
inside = ((rows - 210) / 190) ** 2 + (columns / 260) ** 2 < 1
pixels = np.where(inside, np.random.default_rng(1).integers(500, 4000, inside.shape), 0)

def mammogram(rule):
    source = ArraySource(pixels[np.newaxis].astype(np.uint16))
    return ModelInput(source=source, laterality=Laterality.LEFT, crop_rule=rule)
"""
END = """
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"viewer", "PySide6", "pydicom", "SimpleITK", "sqlalchemy"}, loaded
print("done")
"""
CT_SERIES = """
from inference.ct_windows import CtWindowPredictor
hounsfield = np.random.default_rng(0).integers(-1000, 1000, (20, 64, 64)).astype(np.int16)
predictor = CtWindowPredictor(model=load_model(folder + "/ct.safetensors"), device=cpu())
series = predictor.predict(ArraySource(hounsfield), SilentProgress())
assert len(series.windows) == 4
assert series.score == series.peak.score == max(w.score for w in series.windows)
"""
AUGMENTED = """
from inference.augmentation import Augmentations, said_of_augmentations
from inference.ensemble import EnsemblePredictor
from inference.predictor import Predictor
member = Predictor(model=load_model(folder + "/gmic.safetensors"), device=cpu())
ensemble = EnsemblePredictor(members=[member], augmentations=Augmentations(count=2, seed=1))
prediction = ensemble.predict(mammogram(CropRule.CC), SilentProgress())
plain = member.predict(mammogram(CropRule.CC), SilentProgress())
assert prediction.scores != plain.scores
assert (prediction.saliency == plain.saliency).all()
assert "2 shifted and resized windows" in said_of_augmentations(prediction.model)
"""
BREAST = """
from inference.breast import BreastImage
from inference.breast_ensemble import BreastEnsemble
models = [load_model(folder + f"/pair{n}.safetensors") for n in (1, 2)]
images = [
    BreastImage(name=rule.value, model_input=mammogram(rule)) for rule in CropRule
]
breast = BreastEnsemble(models=models, device=cpu()).predict(images, SilentProgress())
assert breast.model.members == 2
assert breast.cc is not None and breast.mlo is not None
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small weights of every sort, with their cards."""
    folder = tmp_path_factory.mktemp("weights")
    save_ct_model(folder)
    save_small(folder / "gmic.safetensors", card_of(architecture=Architecture.GMIC))
    for number in (1, 2):
        card = card_of(
            architecture=Architecture.TWO_VIEW,
            version=str(number),
            settings=card_settings(SMALL_TWO_VIEW),
        )
        save_model(folder / f"pair{number}.safetensors", make_two_view(seed=number), card)
    return folder


@pytest.mark.parametrize("cell", [CT_SERIES, AUGMENTED, BREAST], ids=["ct", "augmented", "breast"])
def test_a_script_needs_arrays_and_weights_only(folder: Path, cell: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", START + cell + END, str(folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=120,
        check=False,
    )
    assert ran.stdout == "done\n", ran.stderr

"""The reference weights and volumes, made by the reference data's own generator."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from golden_comparison import LoadReference

from inference.checkpoint import LoadedModel, load_model


@pytest.fixture(scope="session")
def deterministic(shared: Path) -> ModuleType:
    """The module that makes the reference weights and volumes."""
    path = shared / "golden" / "deterministic.py"
    spec = importlib.util.spec_from_file_location("reference_deterministic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def load_reference(
    shared: Path, deterministic: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> LoadReference:
    """Write weights of an architecture, seed and member as a published file and load that."""

    def load(architecture: str, seed: int, member: int) -> LoadedModel:
        template = (shared / "golden" / f"{architecture}_state_dict.json").read_text()
        state = {
            name: torch.from_numpy(np.asarray(deterministic.array_for(name, tuple(shape), seed)))
            for name, shape in json.loads(template).items()
        }
        path = tmp_path_factory.mktemp(architecture) / f"sample_model_{member}.p"
        torch.save(state, path)
        model = load_model(path)
        path.unlink()
        return model

    return load

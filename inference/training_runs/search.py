"""Random search: choices drawn from the ranges of the 3D-GMIC paper, section V-D.6."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inference.training_runs.config import ModelKind, TrainingConfig

_TRIAL = 4
_PATCHES = {ModelKind.GMIC3D: (8, 12, 16), ModelKind.GMIC: (4, 6, 8)}
_TOP_T = {ModelKind.GMIC3D: (0.1097, 2.7425), ModelKind.GMIC: (0.01, 0.25)}
_LOG_BETA = {ModelKind.GMIC3D: (-6.54, -4.54), ModelKind.GMIC: (-5.5, -3.5)}
_LOG_RATE = (-5.5, -4.5)
_LOG_OMEGA = (-3.0, -2.0)


def drawn_trial(config: TrainingConfig, trial: int) -> TrainingConfig:
    """The configuration with the choices of one trial, from 1.

    Learning rate, omega, top_t, patches and beta replace what the configuration says; the same
    trial draws the same. Of a two-view network, only the learning rate is drawn. All trials learn
    from the same images, in the same order.
    """
    generator = np.random.default_rng([config.seed, _TRIAL, trial])
    rate = float(10 ** generator.uniform(*_LOG_RATE))
    omega = float(10 ** generator.uniform(*_LOG_OMEGA))
    model, optimisation = config.model, replace(config.optimisation, learning_rate=rate)
    kind = model.architecture
    if kind is not ModelKind.TWO_VIEW:
        model = replace(
            model,
            omega=omega,
            top_t=float(generator.uniform(*_TOP_T[kind])),
            patches=int(generator.choice(_PATCHES[kind])),
        )
        beta = float(10 ** generator.uniform(*_LOG_BETA[kind]))
        optimisation = replace(optimisation, beta=beta)
    return replace(
        config, name=f"{config.name}, trial {trial}", model=model, optimisation=optimisation
    )

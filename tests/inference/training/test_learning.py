"""Training the demonstration weights: losses, runs that go on where they stopped, measures."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.resnet import Norm
from inference.networks.two_view import InputSize, TwoViewConfig, TwoViewNetwork
from inference.training.crop_pool import CropPool
from inference.training.effort import SMALL, effort_of
from inference.training.image_batches import ImageFeed
from inference.training.image_kinds import ImageKind
from inference.training.learn_looks import LooksLearner
from inference.training.learn_together import TogetherLearner
from inference.training.learn_two_views import (
    SeenBreasts,
    TwoViewHead,
    TwoViewLearner,
    averages,
    column_of,
    measure_two_views,
    see_breasts,
)
from inference.training.learning import Clock, Fit, Schedule
from inference.training.look_losses import cell_loss, known_loss
from inference.training.stored_images import view_path
from inference.training.stored_view import StoredImages
from inference.training.unseen_measures import breast_measures_of, measures_of
from inference.training.unseen_results import UnseenBreast, UnseenResult

CPU = torch.device("cpu")


def small_network() -> Gmic3d:
    torch.manual_seed(0)
    config = Gmic3dConfig(
        patches=2,
        top_t=0.01,
        global_channels=8,
        local_channels=8,
        attention_units=4,
        norm=Norm.BATCH,
    )
    return Gmic3d(config)


def images() -> StoredImages:
    generator = np.random.default_rng(0)
    return StoredImages(
        kind=ImageKind.DBT,
        pixels=generator.integers(1, 600, (1, 600, 500)).astype(np.uint16),
        top=700,
        left=0,
        mean=100.0,
        deviation=200.0,
        findings=np.array([[1, 1000, 250, 40, 5.5]], np.float32),
        depths_mm=np.array([5.5], np.float32),
        labels=(0, 1),
    )


def draws() -> Iterator[tuple[StoredImages, ...]]:
    return repeat((images(),))


@pytest.mark.parametrize("learner", [LooksLearner, TogetherLearner])
def test_every_part_that_a_stage_trains_gets_a_gradient(
    learner: type[LooksLearner] | type[TogetherLearner],
) -> None:
    network = small_network()
    losses = learner(network, draws(), views_a_step=1, device=CPU, seed=1).losses(0)
    torch.stack(list(losses.values())).sum().backward()
    parts = [network.global_network, network.saliency_head, network.local_network]
    if learner is TogetherLearner:
        parts.append(network.attention)
    for part in parts:
        assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in part.parameters())


def test_cells_without_a_finding_are_told_so_below_zero_too() -> None:
    evidence = torch.zeros(1, 2, 4, 4, requires_grad=True)
    cell_loss(evidence, torch.zeros(1, 2, 4, 4)).backward()
    assert evidence.grad is not None
    assert bool((evidence.grad > 0).all())


def test_unknown_labels_teach_nothing() -> None:
    logits = torch.tensor([[3.0, -2.0]], requires_grad=True)
    known_loss(logits, torch.tensor([[1.0, torch.nan]])).backward()
    assert logits.grad is not None
    assert logits.grad[0, 1] == 0
    assert logits.grad[0, 0] != 0


def fit(folder: Path, steps: int, clock: Clock | None = None) -> tuple[Fit, nn.Linear]:
    torch.manual_seed(3)
    layer = nn.Linear(4, 1)
    schedule = Schedule(steps=steps, measure_every=5)
    rates = [(layer, 0.05)]
    state = folder / "state.pt"
    return Fit(
        layer, rates=rates, schedule=schedule, state_file=state, clock=clock or Clock()
    ), layer


def losses_of(layer: nn.Linear) -> object:
    def losses(step: int) -> Mapping[str, Tensor]:
        inputs = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
        return {"square": ((layer(inputs) - inputs.sum(dim=1, keepdim=True)) ** 2).mean()}

    return losses


def nothing(module: nn.Module) -> Mapping[str, float]:
    return {}


def test_a_run_that_was_stopped_ends_with_the_weights_of_an_unbroken_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    whole, layer = fit(tmp_path / "a", 30)
    assert whole.run(losses_of(layer), nothing)  # type: ignore[arg-type]
    folder = tmp_path / "b"
    folder.mkdir()
    stopping = _StepClock(after=11)
    part, broken = fit(folder, 30, stopping)
    assert not part.run(losses_of(broken), nothing)  # type: ignore[arg-type]
    rest, again = fit(folder, 30)
    assert rest.run(losses_of(again), nothing)  # type: ignore[arg-type]
    assert torch.equal(again.weight, layer.weight)


class _StepClock(Clock):
    """Over after so many looks at it."""

    def __init__(self, after: int) -> None:
        super().__init__()
        object.__setattr__(self, "_left", after)

    @property
    def is_over(self) -> bool:
        object.__setattr__(self, "_left", self._left - 1)  # type: ignore[attr-defined]
        return bool(self._left < 0)  # type: ignore[attr-defined]


def test_a_finished_stage_is_only_loaded(tmp_path: Path) -> None:
    first, layer = fit(tmp_path, 10)
    first.run(losses_of(layer), nothing)  # type: ignore[arg-type]
    second, again = fit(tmp_path, 10)
    assert second.is_finished
    assert torch.equal(again.weight, layer.weight)


def test_a_stage_ends_when_its_seconds_are_used(tmp_path: Path) -> None:
    layer = nn.Linear(4, 1)
    timed = Fit(
        layer,
        rates=[(layer, 0.1)],
        schedule=Schedule(steps=10**9, seconds=0.2),
        state_file=tmp_path / "state.pt",
        clock=Clock(),
    )
    started = time.monotonic()
    assert timed.run(losses_of(layer), nothing)  # type: ignore[arg-type]
    assert time.monotonic() - started < 20


def test_losses_that_are_not_numbers_stop_a_run(tmp_path: Path) -> None:
    run, layer = fit(tmp_path, 100)

    def broken(step: int) -> Mapping[str, Tensor]:
        return {"square": layer.weight.sum() * torch.nan}

    with pytest.raises(FloatingPointError, match="step 20"):
        run.run(broken, nothing)


def test_weights_that_are_no_numbers_never_replace_what_was_kept(tmp_path: Path) -> None:
    stopping, layer = fit(tmp_path, 100, _StepClock(after=3))
    stopping.run(losses_of(layer), nothing)  # type: ignore[arg-type]
    kept = (tmp_path / "state.pt").read_bytes()
    going_on, again = fit(tmp_path, 100, _StepClock(after=2))

    def broken(step: int) -> Mapping[str, Tensor]:
        return {"square": again.weight.sum() * torch.nan}

    with pytest.raises(FloatingPointError, match="not numbers"):
        going_on.run(broken, nothing)
    assert (tmp_path / "state.pt").read_bytes() == kept


def test_waiting_for_phantoms_ends_when_nobody_makes_any(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="Too few phantoms"):
        CropPool(tmp_path, CPU, capacity=4, at_least=1, is_making=lambda: False)
    with pytest.raises(RuntimeError, match="Too few phantoms"):
        ImageFeed(
            tmp_path, [[ImageKind.DBT]], seed=1, threads=1, at_least=1, is_making=lambda: False
        )


def test_a_feed_gives_what_is_stored_and_ends_its_threads(tmp_path: Path) -> None:
    images_of_breast(tmp_path)
    with ImageFeed(
        tmp_path, [[ImageKind.DBT]], seed=1, threads=2, at_least=2, is_making=lambda: False
    ) as feed:
        (drawn,) = next(iter(feed))
        assert np.array_equal(drawn.pixels, images().pixels)
    assert not [t for t in threading.enumerate() if "_keep_reading" in t.name]


def test_an_effort_refuses_a_number_it_does_not_know() -> None:
    assert effort_of(["crop_steps=7", "crop_rate=0.5"], SMALL).crop_steps == 7
    with pytest.raises(ValueError, match="crop_stepz"):
        effort_of(["crop_stepz=7"], SMALL)


def two_view() -> TwoViewNetwork:
    torch.manual_seed(0)
    size = InputSize(256, 192)
    config = TwoViewConfig(cc_input=size, mlo_input=size, first_channels=8, hidden_units=6)
    return TwoViewNetwork(config).eval()


def seen(network: TwoViewNetwork, pictures: tuple[Tensor, Tensor], labels: Tensor) -> SeenBreasts:
    cc, mlo = (averages(column_of(network), view) for view in pictures)
    return SeenBreasts((cc, mlo), labels)


def test_seeing_breasts_leaves_the_statistics_of_the_column_as_they_are(tmp_path: Path) -> None:
    store = images_of_breast(tmp_path)
    column = column_of(two_view().train())
    before = {name: value.clone() for name, value in column.state_dict().items()}
    first = see_breasts(store, column, (ImageKind.DBT,), CPU)
    assert all(torch.equal(before[name], value) for name, value in column.state_dict().items())
    again = see_breasts(store, column, (ImageKind.DBT,), CPU)
    assert torch.equal(first.views[0], again.views[0])
    assert first.labels.tolist() == [[0, 1]]


def images_of_breast(folder: Path) -> Path:
    for view in ("CC", "MLO"):
        save_file(images().entries(), view_path(folder, 0, 0, view))
    return folder


def test_what_the_head_learned_is_what_the_two_view_model_says() -> None:
    network = two_view()
    pictures = (torch.randn(6, 256, 192), torch.randn(6, 256, 192))
    breasts = seen(network, pictures, torch.zeros(6, 2))
    head = TwoViewHead(network, breasts).eval()
    with torch.no_grad():
        wanted = torch.sigmoid(head(breasts.views))
        head.write_into(network)
        assert torch.allclose(network(*pictures), wanted, atol=1e-5)


def test_the_head_learns_to_tell_breasts_apart(tmp_path: Path) -> None:
    network = two_view()
    labels = torch.tensor([[0.0, 1.0], [1.0, 0.0]] * 4)
    pictures = tuple(torch.randn(8, 256, 192) + 2 * labels[:, 1, None, None] for _ in range(2))
    breasts = seen(network, (pictures[0], pictures[1]), labels)
    head = TwoViewHead(network, breasts)
    learner = TwoViewLearner(head, breasts, size=8, dropout=(0.0, 0.0))
    run = Fit(
        head,
        rates=[(head, 1e-2)],
        schedule=Schedule(steps=20, averaging=0.5),
        state_file=tmp_path / "state.pt",
        clock=Clock(),
    )
    run.run(learner.losses, nothing)
    assert measure_two_views(head, breasts) == {"auc_benign": 1.0, "auc_malignant": 1.0}


def result(number: int, view: str, malignant: float, **changes: object) -> UnseenResult:
    given = {
        "number": number,
        "view": view,
        "kind": "DBT",
        "labels": (number % 2, number // 2 % 2),
        "scores": (0.5, malignant),
        "global_scores": (0.5, malignant),
        "local_scores": (0.5, malignant),
        "top_patch": (malignant, malignant > 0.5),
        "most_attended_hits": False,
        "air": 0.0,
        "seconds": 1.0,
    }
    return UnseenResult(**(given | changes))  # type: ignore[arg-type]


def test_a_breast_is_measured_by_the_mean_of_its_images_and_its_highest_patch() -> None:
    # Breasts 2 and 3 are malignant; the highest patch of 3 is that of its MLO, which misses.
    results = [
        result(0, "CC", 0.1),
        result(0, "MLO", 0.3),
        result(1, "CC", 0.6),
        result(1, "MLO", 0.1),
        result(2, "CC", 0.9),
        result(2, "MLO", 0.7),
        result(3, "CC", 0.2, top_patch=(0.2, True)),
        result(3, "MLO", 0.4, top_patch=(0.4, False)),
    ]
    table = measures_of(results)
    # Means 0.2, 0.35 against 0.8, 0.3: three of four pairs in order.
    assert table["auc_malignant"] == 0.75
    assert table["highest_malignant_patch_hits"] == 0.5
    assert table["breasts"] == 4
    low, high = table["auc_malignant_interval"]  # type: ignore[misc]
    assert low <= 0.75 <= high


def test_two_view_scores_of_a_breast_are_averaged_over_its_kinds() -> None:
    results = [
        UnseenBreast(number=n, kind=kind, labels=(0, n % 2), scores=(0.5, score))
        for n, kinds in enumerate([(0.2, 0.4), (0.1, 0.9), (0.3, 0.1), (0.8, 0.1)])
        for kind, score in zip(("FFDM", "synthetic 2D"), kinds, strict=True)
    ]
    table = breast_measures_of(results)
    assert table["auc_malignant"] == 1.0
    assert "auc_benign" not in table

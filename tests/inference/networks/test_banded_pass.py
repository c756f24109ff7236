"""The network in bands that leave out air: what the network gives layer by layer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from torch import Tensor

from inference.networks import bands
from inference.networks.air import PART_ROWS, tissue_ends
from inference.networks.banded_pass import see_slice
from inference.networks.bands import POOLED, plan_layout
from inference.networks.resnet import Norm, ResNet22

REORDERED = 2e-4
AIR = -0.75
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.fixture(autouse=True, scope="module")
def bands_that_cost_little() -> Iterator[None]:
    """Let small slices be divided, which would not pay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "_OVERHEAD", 1.0)
        plan_layout.cache_clear()
        yield
    plan_layout.cache_clear()


def make_network(norm: Norm, in_channels: int = 1) -> ResNet22:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        network = ResNet22(first_channels=8, norm=norm, in_channels=in_channels)
        for part in network.modules():
            if isinstance(part, torch.nn.BatchNorm2d):
                part.running_mean = torch.randn(part.num_features) * 0.3
                part.running_var = torch.rand(part.num_features) + 0.5
    network.requires_grad_(False).eval()
    # torch's stubs leave memory_format out.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


NETWORKS = {norm: make_network(norm) for norm in Norm}


def slice_with_tissue(rows: int, columns: int, ends: list[int], seed: int = 0) -> Tensor:
    """Texture up to a column of its own in every 40 rows, air beside it: (1, rows, columns)."""
    texture = torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    ends_of_rows = torch.tensor(ends).repeat_interleave(40)[:rows, None]
    return texture.where(torch.arange(columns) < ends_of_rows, AIR).unsqueeze(0)


def assert_same_features(network: ResNet22, image: Tensor) -> None:
    found = see_slice(network, image)
    expected = network.layer_by_layer(image.unsqueeze(0))
    torch.testing.assert_close(found, expected, atol=REORDERED, rtol=REORDERED)


@settings(max_examples=15, deadline=None, phases=UNSHRUNK)
@given(
    norm=st.sampled_from(list(Norm)),
    rows=st.integers(150, 420),
    columns=st.integers(330, 760),
    first_end=st.integers(60, 760),
    further_ends=st.lists(st.integers(0, 760), min_size=10, max_size=10),
)
@torch.inference_mode()
def test_wherever_the_tissue_ends_the_features_are_the_same(
    norm: Norm, rows: int, columns: int, first_end: int, further_ends: list[int]
) -> None:
    # Some tissue there must be: a norm stretches the rounding of what is alike everywhere.
    assert_same_features(
        NETWORKS[norm], slice_with_tissue(rows, columns, [first_end, *further_ends])
    )


@settings(max_examples=8, deadline=None, phases=UNSHRUNK)
@given(row=st.integers(0, 319), column=st.integers(0, 699))
@torch.inference_mode()
def test_one_pixel_that_differs_from_the_air_is_not_lost(row: int, column: int) -> None:
    image = slice_with_tissue(320, 700, [100] * 8)
    image[0, row, column] = 3.0
    assert_same_features(NETWORKS[Norm.GROUP], image)


@torch.inference_mode()
@pytest.mark.parametrize("norm", list(Norm))
def test_a_slice_of_air_alone_gives_the_same_features(norm: Norm) -> None:
    found = see_slice(NETWORKS[norm], torch.full((1, 320, 700), AIR))
    expected = NETWORKS[norm].layer_by_layer(torch.full((1, 1, 320, 700), AIR))
    torch.testing.assert_close(found, expected, atol=2e-2, rtol=0)


@torch.inference_mode()
def test_air_of_a_network_with_several_channels_is_air_in_all_of_them() -> None:
    image = torch.cat([slice_with_tissue(320, 700, [end] * 8, end) for end in (60, 300, 10)])
    assert tissue_ends(image) == (320,) * 5
    assert_same_features(make_network(Norm.GROUP, in_channels=3), image)


@torch.inference_mode()
def test_columns_of_air_are_left_out_and_only_where_none_sees_tissue_or_the_edge() -> None:
    ends = tissue_ends(slice_with_tissue(640, 1000, [64] * 8 + [500] * 8))
    level = POOLED.next(1)
    layout = plan_layout(ends, 1000, level, 159, 249, 16)
    assert len(layout.bands) == 2
    high, low = layout.bands
    # The right edge is seen from 21 pixels away.
    assert 4 * (layout.gap_end - 1) + 2 + 21 <= 999 < 4 * (layout.gap_end + 1) + 2 + 21
    for band, end in ((high, 64), (low, 512)):
        assert 4 * (band.kept - 2) + 2 - 21 < end <= 4 * (band.kept - 1) + 2 - 21


@torch.inference_mode()
def test_a_published_slice_of_a_small_breast_is_computed_in_part() -> None:
    ends = tuple(np.clip(500 - 2 * (np.arange(34) - 17) ** 2, 0, None).tolist())
    level, rows, columns, channels = POOLED.next(1), 528, 334, 16
    shares = []
    for _ in range(3):
        layout = plan_layout(ends, 1339, level, rows, columns, channels)
        held = sum(band.rows * layout.width(band) for band in layout.bands)
        shares.append(held / (rows * columns))
        level, rows, columns = level.next(2), rows // 2, (columns + 1) // 2
        channels *= 2
    assert shares[0] < 0.4
    assert shares == sorted(shares)


@pytest.mark.parametrize(("rows", "columns"), [(64, 64), (63, 100), (300, 40), (129, 500)])
@torch.inference_mode()
def test_slices_too_small_for_air_give_the_same_features(rows: int, columns: int) -> None:
    image = slice_with_tissue(rows, columns, [30, 50, 0, 20, 40, 10, 30, 20])
    assert_same_features(NETWORKS[Norm.GROUP], image)


def test_tissue_ends_at_the_last_column_that_differs_from_the_air() -> None:
    image = torch.full((1, 2 * PART_ROWS + 5, 200), AIR)
    image[0, 3, 31] = 1.0
    image[0, PART_ROWS, 32] = -2.0
    assert tissue_ends(image) == (32, 64, 0)
    image[0, -1, 199] = 1.0
    assert tissue_ends(image) == (32, 64, 200)


def test_a_slice_without_constant_air_is_computed_whole() -> None:
    image = torch.randn(1, 300, 700, generator=torch.Generator().manual_seed(0))
    ends = tissue_ends(image)
    assert ends == (700,) * 5
    layout = plan_layout(ends, 700, POOLED.next(1), 74, 174, 8)
    assert sum(band.rows * layout.width(band) for band in layout.bands) == 74 * 174

"""What the networks cost, against what the papers print."""

from __future__ import annotations

import pytest
import torch

from inference.architecture import Architecture
from inference.costs import efficiency_table, gmac_of, parameters_of
from inference.networks.baselines import ResNet3d, ResNetPerSlice
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.patch_resnet import Depth, PatchResNet


def test_96_slices_and_12_patches_cost_799_gmac_where_the_paper_prints_798() -> None:
    with torch.device("meta"):
        network = Gmic3d(Gmic3dConfig(patches=12))
    assert gmac_of(network, 96) == pytest.approx(799, abs=1)
    assert gmac_of(network, 2) - gmac_of(network, 1) == pytest.approx(8.031, abs=0.002)
    with torch.device("meta"):
        more = Gmic3d(Gmic3dConfig(patches=13))
    assert gmac_of(more, 1) - gmac_of(network, 1) == pytest.approx(2.369, abs=0.002)


def test_networks_per_slice_cost_what_the_paper_prints() -> None:
    with torch.device("meta"):
        costs = [gmac_of(ResNetPerSlice(depth), 96) for depth in (Depth.RESNET18, Depth.RESNET34)]
    assert costs == pytest.approx([9_932, 20_056], rel=0.005)


def test_3d_networks_cost_more_than_ten_times_as_much_as_3d_gmic() -> None:
    with torch.device("meta"):
        costs = [gmac_of(ResNet3d(depth), 96) for depth in (Depth.RESNET18, Depth.RESNET34)]
    assert costs == pytest.approx([11_163, 17_072], abs=1)
    assert costs[0] > 10 * 799


@pytest.mark.parametrize(
    ("depth", "millions"), [(18, 11.177), (34, 21.285), (50, 23.508)], ids=["18", "34", "50"]
)
def test_patch_networks_have_the_customary_number_of_parameters(
    depth: int, millions: float
) -> None:
    with torch.device("meta"):
        network = PatchResNet(depth=Depth(depth))
    assert parameters_of(network) / 1e6 == pytest.approx(millions, abs=0.001)


def test_the_table_names_every_architecture_and_baseline_once() -> None:
    table = efficiency_table()
    names = [cost.name for cost in table]
    assert len(set(names)) == len(names)
    for architecture in Architecture:
        assert set(architecture.spec.reference_networks) <= set(names)
    assert [c.name for c in table if c.printed_gmac] == [
        "3D-GMIC",
        "ResNet-18 per slice",
        "ResNet-34 per slice",
        "3D ResNet-18",
        "3D ResNet-34",
    ]
    assert all(cost.gmac > 1 and cost.parameters > 1e6 for cost in table)


def test_counting_leaves_a_network_in_the_mode_it_was_in() -> None:
    with torch.device("meta"):
        network = Gmic3d(Gmic3dConfig()).train()
    gmac_of(network, 1)
    assert network.training

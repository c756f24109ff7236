"""Variance components of published reader studies, for sizing a study without a pilot."""

from __future__ import annotations

from types import MappingProxyType

from viewer.statistics.sizing import PilotComponents

VAN_DYKE = PilotComponents(
    name="Van Dyke",
    figure_of_merit="AUC",
    var_tr=0.00020040252358146003,
    var=0.000802288265572065,
    cov1=0.0003466137094407317,
    cov2=0.00034407482886088904,
    cov3=0.00023902837089215378,
    cases=114,
    positives=45,
    source="Van Dyke 1993: cine against spin-echo MRI of aortic dissection, 5 readers; jackknife",
)

TONY = PilotComponents(
    name="Tomosynthesis against mammography",
    figure_of_merit="wAFROC",
    var_tr=0.0004867615302825791,
    var=0.0011080433783228559,
    cov1=0.0002992350615452842,
    cov2=0.0005718211031058194,
    cov3=0.00027513419513482075,
    cases=185,
    positives=89,
    source="Chakraborty and Svahn 2011: marks of 5 readers, weighted AFROC; jackknife",
)

NYU = PilotComponents(
    name="Mammography, readers with an AI",
    figure_of_merit="AUC",
    var_tr=0.000553287262188634,
    var=0.0007917079965380516,
    cov1=0.00047451978418099934,
    cov2=0.0004403874669259411,
    cov3=0.0003225333634784665,
    cases=1440,
    positives=61,
    source="Shen 2020: 14 readers alone against their mean with GMIC, 1,440 breasts; DeLong",
)

PUBLISHED_COMPONENTS = MappingProxyType({"vandyke": VAN_DYKE, "tony": TONY, "nyu": NYU})
"""Key -> components, as settings and the command line name them."""

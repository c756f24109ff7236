"""What the papers say of two ways to train, as comparisons that results can be held against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from inference.ablations.arms import BASE
from inference.ablations.summary import Estimate, Measure, Results, Verdict, verdict
from inference.types import BENIGN, MALIGNANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a paper says of two arms."""

    topic: str
    source: str
    says: str
    arm: str
    other: str
    measure: Measure
    expects: Verdict
    """Of `arm` against `other`."""


def _malignant(column: str, when: str = "after") -> Measure:
    return Measure(column=column, finding_class=MALIGNANT, when=when)


def _benign(column: str) -> Measure:
    return Measure(column=column, finding_class=BENIGN)


CLAIMS = (
    Claim(
        topic="Initialisation, before training",
        source="3D-GMIC, V-B.4, Fig. 2 and 3",
        says="On a pretrained network a constant makes saliency high on findings; random weights "
        "may make it lower there than elsewhere.",
        arm=BASE,
        other="random initialisation",
        measure=_malignant("peak_on_finding", "before"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Initialisation, after training",
        source="3D-GMIC, V-B.4",
        says="Random weights lead training to highlight the wrong places.",
        arm=BASE,
        other="random initialisation",
        measure=_malignant("peak_on_finding"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Initialisation, scores",
        source="3D-GMIC, V-B.4",
        says="Gives no figures for scores; better ones are what we expect of better places.",
        arm=BASE,
        other="random initialisation",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Nonlinearity, before training",
        source="3D-GMIC, V-B.5, Fig. 4",
        says="With a constant, sigmoid starts at 0.5 on all background, relu(tanh) near 0.",
        arm=BASE,
        other="sigmoid",
        measure=_malignant("saliency_on_finding", "before"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Nonlinearity, after training",
        source="3D-GMIC, V-B.5",
        says="Sigmoid must learn to silence the background; relu(tanh) succeeds.",
        arm=BASE,
        other="sigmoid",
        measure=_malignant("saliency_on_finding"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Nonlinearity, scores",
        source="3D-GMIC, V-B.5",
        says="Gives no figures for scores; better ones are what we expect of the easier start.",
        arm=BASE,
        other="sigmoid",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Top-t against mean",
        source="GMIC, Table 4",
        says="Malignant AUC 0.916 with the top 2 %, 0.903 with the mean.",
        arm=BASE,
        other="mean",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Top-t against mean, localisation",
        source="GMIC, Table 4",
        says="Malignant Dice 0.203 with the top 2 %, 0.065 with the mean.",
        arm=BASE,
        other="mean",
        measure=_malignant("saliency_on_finding"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Top-t against max",
        source="GMIC, Table 4",
        says="Malignant AUC 0.916 with the top 2 %, 0.890 with the maximum.",
        arm=BASE,
        other="max",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Top-t against max, localisation",
        source="GMIC, Table 4",
        says="Malignant Dice 0.203 with the top 2 %, 0.127 with the maximum.",
        arm=BASE,
        other="max",
        measure=_malignant("saliency_on_finding"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Gated attention against uniform",
        source="GMIC, Table 3",
        says="Malignant AUC of the local score 0.898 gated, 0.874 uniform.",
        arm=BASE,
        other="uniform attention",
        measure=_malignant("local_score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="K = 4 against 1",
        source="GMIC, Fig. 10",
        says="More patches help the local score while K is small.",
        arm=BASE,
        other="K = 1",
        measure=_malignant("local_score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="K = 4 against 1, benign",
        source="GMIC, Fig. 10",
        says="The same of benign findings.",
        arm=BASE,
        other="K = 1",
        measure=_benign("local_score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="K = 8 against 4",
        source="GMIC, Fig. 10",
        says="Above K = 3 nothing is gained.",
        arm="K = 8",
        other=BASE,
        measure=_malignant("local_score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="K = 8 against 4, benign",
        source="GMIC, Fig. 10",
        says="The same of benign findings.",
        arm="K = 8",
        other=BASE,
        measure=_benign("local_score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="zeta = 1 slice against 0",
        source="3D-GMIC, Table VII",
        says="Malignant AUC 0.830 with zeta = 0 and 0.834 with 10 of about 70 slices: "
        "indistinguishable.",
        arm="zeta = 1",
        other="zeta = 0",
        measure=_malignant("score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="zeta = 1 slice against all",
        source="3D-GMIC, Table VII",
        says="0.834 with 10 slices, 0.835 with all.",
        arm="zeta = 1",
        other="zeta = all",
        measure=_malignant("score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="zeta = 1 slice against 0, local score",
        source="3D-GMIC, Table VII",
        says="Gives no figures for the local score, the only one that zeta changes directly.",
        arm="zeta = 1",
        other="zeta = 0",
        measure=_malignant("local_score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="zeta = 1 slice against all, local score",
        source="3D-GMIC, Table VII",
        says="Gives no figures for the local score, the only one that zeta changes directly.",
        arm="zeta = 1",
        other="zeta = all",
        measure=_malignant("local_score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="Shared against joint",
        source="Two views, Tables 1 and 3",
        says="Malignant AUC 0.879 shared, 0.872 joint; without heat maps 0.713 and 0.694.",
        arm="shared",
        other="joint",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
)


class Agreement(Enum):
    """Whether what came out is what a paper says."""

    AS_SAID = "yes"
    NO_DIFFERENCE = "no difference seen"
    """And none was expected."""
    NOT_SEPARATED = "not separated"
    """A difference was expected."""
    OTHERWISE = "no"
    AT_CHANCE = "both at chance: says nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A claim held against results."""

    claim: Claim
    seeds: tuple[int, ...]
    """That both arms were trained with."""
    first: Estimate
    second: Estimate
    difference: Estimate
    agreement: Agreement

    @property
    def answer(self) -> str:
        """The agreement in words; whoever was trained once says so."""
        text = self.agreement.value
        if self.agreement is Agreement.OTHERWISE:
            text = f"no: {verdict(self.difference).value}"
        return f"{text}; trained once" if len(self.seeds) == 1 else text


def hold(claim: Claim, results: Results) -> Held | None:
    """Hold a claim against results; None where an arm of it was not trained."""
    if not (results.has(claim.arm, claim.measure) and results.has(claim.other, claim.measure)):
        return None
    seeds = results.common_seeds(claim.arm, claim.other)
    if not seeds:
        return None
    first = results.estimate(claim.arm, claim.measure, seeds)
    second = results.estimate(claim.other, claim.measure, seeds)
    difference = results.difference(claim.arm, claim.other, claim.measure)
    if _at_chance(claim.measure, first) and _at_chance(claim.measure, second):
        agreement = Agreement.AT_CHANCE
    else:
        agreement = _agreement(claim.expects, verdict(difference))
    return Held(
        claim=claim,
        seeds=seeds,
        first=first,
        second=second,
        difference=difference,
        agreement=agreement,
    )


def _at_chance(measure: Measure, found: Estimate) -> bool:
    return measure.column.endswith("score") and found.low <= 0.5 <= found.high


def _agreement(expected: Verdict, found: Verdict) -> Agreement:
    if found is expected:
        alike = found is Verdict.NOT_SEPARATED
        return Agreement.NO_DIFFERENCE if alike else Agreement.AS_SAID
    return Agreement.NOT_SEPARATED if found is Verdict.NOT_SEPARATED else Agreement.OTHERWISE

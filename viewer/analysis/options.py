"""What an analysis may be told; everything has the default of the published study."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.study.protocol import AnalysisPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisOptions:
    """How a table is analysed; fixed before the results are seen."""

    hybrid_lambda: float = 0.5
    """Weight of the reader in the hybrid; the AI has the rest."""
    ai_model: str | None = None
    """Which AI column makes the hybrid; None: the table's first."""
    hybrid_base: str | None = None
    """The modality mixed with the AI; None: "unaided" where there is one, else the first."""
    bootstraps: int = 2000
    """Resamples of patients for percentile intervals; 0: none."""
    seed: int = 20200801
    recall_threshold: float | None = None
    """A score above it is a recall, 0 to 1; None: as recorded, else what the table says."""
    alpha: float = 0.05
    """1 - alpha is the confidence of every interval."""
    primary_endpoint: str = "auc"
    comparison: tuple[str, str] | None = None
    """The primary pair of modalities; None: the first two."""
    subgroups: tuple[str, ...] | None = None
    """Attributes to analyse apart; None: every one of the table."""
    fraction_false: float = 0.1
    """PCL: of the normal cases, how many may have a higher rating."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.hybrid_lambda <= 1.0:
            raise ValueError(f"lambda must be 0 to 1, got {self.hybrid_lambda}")
        if self.bootstraps < 0:
            raise ValueError(f"bootstraps must not be negative, got {self.bootstraps}")
        if not 0.0 < self.alpha < 1.0:
            raise ValueError(f"alpha must be between 0 and 1, got {self.alpha}")

    @classmethod
    def of_plan(cls, plan: AnalysisPlan) -> AnalysisOptions:
        """What a protocol fixed; the recall threshold stands in the study's table."""
        return cls(
            hybrid_lambda=plan.hybrid_lambda,
            bootstraps=plan.bootstraps,
            seed=plan.bootstrap_seed,
            alpha=plan.alpha,
            primary_endpoint=plan.primary_endpoint,
            comparison=plan.comparison,
        )

"""A table of scores, maps, patches and detections -> every figure of an evaluation.

    results = evaluate(EvaluationTable(cases=(breasts, images), hits=(hits,)), EvaluationOptions())
    for measure in results.measures: ...

Patients are resampled as clusters; all series see the same resamples, so that they compare.
"""

from __future__ import annotations

from viewer.analysis.evaluation_detections import DetectionFindings, detection_differences
from viewer.analysis.evaluation_places import hit_findings, map_findings
from viewer.analysis.evaluation_results import (
    Difference,
    EvaluationOptions,
    EvaluationResults,
    FrocCurves,
    Measure,
    SeriesCurves,
)
from viewer.analysis.evaluation_scores import evaluate_scores
from viewer.analysis.evaluation_table import EvaluationTable


def evaluate(table: EvaluationTable, options: EvaluationOptions) -> EvaluationResults:
    """Evaluate whatever the table holds; what does not hold is a measure without a value."""
    measures: list[Measure] = []
    differences: list[Difference] = []
    curves: list[SeriesCurves] = []
    froc: list[FrocCurves] = []
    for cases in table.cases:
        found = evaluate_scores(cases, options)
        measures += found.measures
        differences += found.differences
        curves += found.curves
    means = [mean for maps in table.maps for mean in map_findings(maps, options)]
    means += [hit_findings(hits, options) for hits in table.hits]
    for mean in means:
        measures += mean.measures()
        differences += mean.differences()
    detections = [DetectionFindings(located, options) for located in table.detections]
    for one in detections:
        measures += one.measures()
        froc += one.curves()
    differences += detection_differences(detections)
    return EvaluationResults(
        options=options,
        measures=tuple(measures),
        differences=tuple(differences),
        curves=tuple(curves),
        froc=tuple(froc),
        notes=table.notes,
        left_out=table.left_out,
    )

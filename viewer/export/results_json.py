"""results.json: every figure of an analysis for scripts, at full precision.

Shape (null where something does not apply; "reason" beside it says why):

    format            1
    modalities        as read, then "hybrid" and "ai" where there is an AI
    readers           names
    auc               modality -> reader -> auc, se_delong, ap, intervals, operating points;
                      in "ai" the model stands in the reader's place
    means             modality with readers -> means, standard deviations, consensus
    mrmc              "delong", "jackknife" and "unbiased" -> components, pairs (rrrc, frrc,
                      rrfc), singles of the modalities as read; in the first two the hybrid
                      against its base is the last pair; "reason" where null
    endpoints         "sensitivity", "specificity", "wafroc", "wafroc1", "pcl" -> as in mrmc
    hybrid            lambda, auc, lambda_star by reader, sweep; "reason" where null
    ...               and the rest of the report: see the keys written below

In frrc f is the chi-square statistic over its degrees of freedom, and df2 null is infinite.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np

from viewer.analysis.mrmc_results import MrmcAnalysis, MrmcPair
from viewer.analysis.results import (
    Discrimination,
    HybridResults,
    ModalityResults,
    StudyResults,
)
from viewer.export.csv_rows import write_text
from viewer.study.event import Json

FORMAT = 1
_METHODS = ("delong", "jackknife")
_ENDPOINTS = ("sensitivity", "specificity", "wafroc", "wafroc1", "pcl")
_ABOUT = ("pairs", "rrrc")


def write_results(path: Path, results: StudyResults) -> None:
    """Write results.json, whole or not at all; raises CannotWrite."""
    write_text(path, results_text(results))


def results_text(results: StudyResults) -> str:
    """The file's content."""
    return json.dumps(results_value(results), indent=1, allow_nan=False) + "\n"


def results_value(results: StudyResults) -> dict[str, Json]:
    """The results as JSON values; floats are exact, NaN and infinity are null."""
    return {
        "format": FORMAT,
        "title": results.title,
        "modalities": list(results.modalities),
        "readers": list(results.readers),
        "cases": results.cases,
        "positives": results.positives,
        "patients": results.patients,
        "options": plain(results.options),
        "recall_threshold": results.recall_threshold,
        "auc": _areas(results),
        "means": {name: _means(found) for name, found in results.by_modality.items()},
        "mrmc": _mrmc(results),
        "endpoints": _endpoints(results),
        "hybrid": _hybrid(results),
        "reader_differences": plain(results.reader_differences),
        "ai_against_readers": plain(results.ai_against_readers),
        "u_statistics": plain(results.u_statistics),
        "agreement": plain(results.agreement),
        "intra_reader": plain(results.intra_reader),
        "time": plain(results.times),
        "switch": plain(results.switches),
        "subgroups": plain(results.subgroups),
        "refusals": plain(results.refusals),
        "notes": list(results.notes),
    }


def plain(value: object) -> Json:
    """Any value of the results as JSON: dataclasses by field, arrays as lists."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in results.json")


def _areas(results: StudyResults) -> dict[str, Json]:
    areas: dict[str, Json] = {
        name: {reader: _area(found) for reader, found in modality.readers.items()}
        for name, modality in results.by_modality.items()
    }
    if results.ai:
        areas["ai"] = {model: _area(found.scores) for model, found in results.ai.items()}
    return areas


def _area(found: Discrimination) -> dict[str, Json]:
    """Curves are left out: they are in the report, and follow from the table."""
    value = {
        item.name: plain(getattr(found, item.name))
        for item in fields(found)
        if item.name not in ("roc", "pr")
    }
    first = {name: value.pop(name) for name in ("auc", "se_delong", "ap")}
    return {**first, **value}


def _means(found: ModalityResults) -> dict[str, Json]:
    consensus = found.consensus
    return {
        "auc": plain(found.mean_auc),
        "sd_auc": plain(found.sd_auc),
        "auc_ci_bootstrap": plain(found.mean_auc_ci_bootstrap),
        "ap": plain(found.mean_ap),
        "sd_ap": plain(found.sd_ap),
        "sensitivity": plain(found.mean_sensitivity),
        "sd_sensitivity": plain(found.sd_sensitivity),
        "specificity": plain(found.mean_specificity),
        "sd_specificity": plain(found.sd_specificity),
        "consensus_majority": plain(consensus.majority),
        "consensus_mean_score": None
        if consensus.mean_score is None
        else _area(consensus.mean_score),
        "calibration": plain(found.calibration),
    }


def _mrmc(results: StudyResults) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for method in _METHODS:
        analysis = results.mrmc_of("auc", method)
        found[method] = None if analysis is None else _with_hybrid(analysis, results.hybrid)
    unbiased = results.mrmc_unbiased
    found["unbiased"] = None if unbiased is None else analysis_value(unbiased)
    found["reason"] = _reason(results, (*_METHODS, *_ABOUT))
    return found


def _with_hybrid(analysis: MrmcAnalysis, hybrid: HybridResults | None) -> dict[str, Json]:
    """The modalities as read, and the hybrid against its base as one more pair."""
    value = analysis_value(analysis)
    mixed = None
    if hybrid is not None:
        mixed = hybrid.mrmc if analysis.method == "delong" else hybrid.mrmc_jackknife
    pairs = analysis.pairs if mixed is None else (*analysis.pairs, *mixed.pairs)
    return {**value, "pairs": [_pair(pair) for pair in pairs]}


def _endpoints(results: StudyResults) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for endpoint in _ENDPOINTS:
        analysis = results.mrmc_of(endpoint, "jackknife")
        found[endpoint] = None if analysis is None else analysis_value(analysis)
    found["reason"] = _endpoint_reason(results)
    return found


def _endpoint_reason(results: StudyResults) -> Json:
    said = _reason(results, _ENDPOINTS)
    if said is not None:
        return said
    marks = results.mrmc_of("wafroc", "jackknife") is None
    calls = results.mrmc_of("sensitivity", "jackknife") is None
    missing = []
    if calls:
        missing.append("there are no recalls, and no threshold was given to make them of scores")
    if marks:
        missing.append("there are no marks with locations from every reader")
    return "; ".join(missing) or None


def analysis_value(analysis: MrmcAnalysis) -> dict[str, Json]:
    """One analysis: components, pairs and single modalities."""
    return {
        "endpoint": analysis.endpoint,
        "method": analysis.method,
        "modalities": list(analysis.modalities),
        "generalises_to_readers": analysis.generalises_to_readers,
        "components": plain(analysis.components),
        "pairs": [_pair(pair) for pair in analysis.pairs],
        "singles": plain(analysis.singles),
        "merits": plain(analysis.merits),
        "dbm": plain(analysis.dbm),
    }


def _pair(pair: MrmcPair) -> Json:
    return plain(pair)


def _hybrid(results: StudyResults) -> dict[str, Json]:
    found = results.hybrid
    if found is None:
        reason = _reason(results, ("hybrid",)) or "there is no AI to mix with"
        return {"lambda": None, "auc": None, "lambda_star": None, "reason": reason}
    return {
        "lambda": found.weight,
        "auc": {reader: plain(own.auc) for reader, own in found.results.readers.items()},
        "lambda_star": plain(found.lambda_star),
        "reason": None,
        "ai": found.ai_model,
        "base": found.base,
        "auc_star": plain(found.auc_star),
        "auc_left_out": plain(found.auc_left_out),
        "optimism": plain(found.optimism),
        "ap": {reader: plain(own.ap) for reader, own in found.results.readers.items()},
        "lambda_star_ap": plain(found.lambda_star_ap),
        "ap_star": plain(found.ap_star),
        "mean_auc_by_scale": plain(found.mean_auc_by_scale),
        "sweep": _sweep(found),
        "mrmc": None if found.mrmc is None else analysis_value(found.mrmc),
    }


def _sweep(found: HybridResults) -> dict[str, Json]:
    return {
        "lambda": plain(found.lambdas),
        "auc": {
            reader: plain(row) for reader, row in zip(found.readers, found.auc_sweep, strict=True)
        },
        "ap": {
            reader: plain(row) for reader, row in zip(found.readers, found.ap_sweep, strict=True)
        },
    }


def _reason(results: StudyResults, keys: Sequence[str]) -> str | None:
    """Why, and what serves instead, of every refusal with one of the keys."""
    said = []
    for key in keys:
        refusal = results.refusal_of(key)
        if refusal is not None:
            said.append(refusal.words)
    return ". ".join(dict.fromkeys(said)) or None

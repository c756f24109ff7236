"""Multi-reader multi-case analyses of a table, and why one does not hold where it does not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.mrmc_results import (
    MrmcAnalysis,
    MrmcComponents,
    MrmcPair,
    MrmcSingle,
    MrmcTest,
    ReaderDifference,
    UStatistics,
)
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import Refusal
from viewer.analysis.study_table import StudyTable
from viewer.statistics.binary import Endpoint, analyse_calls
from viewer.statistics.froc import FrocFigure, FrocMarks, analyse_marks
from viewer.statistics.imrmc import imrmc_tables
from viewer.statistics.mrmc_covariance import CovarianceMethod
from viewer.statistics.obuchowski_rockette import OrAnalysis, OrPair, OrSingle, analyse_ratings
from viewer.statistics.or_components import OrComponents, dbm_components
from viewer.statistics.or_tests import FEWEST_RANDOM_READERS, OrTest
from viewer.statistics.ratings import Ratings
from viewer.statistics.refusal import Refusal as StatisticsRefusal

Floats = NDArray[np.float64]

METHODS = (CovarianceMethod.DELONG, CovarianceMethod.JACKKNIFE)
_FACTORIAL = "Obuchowski-Rockette analysis"
_READERS = "Random readers and cases"


@dataclass(frozen=True, slots=True)
class MrmcFindings:
    """Every analysis that holds, and what does not."""

    analyses: tuple[MrmcAnalysis, ...]
    unbiased: MrmcAnalysis | None
    reader_differences: tuple[ReaderDifference, ...]
    u_statistics: UStatistics | None
    refusals: tuple[Refusal, ...]


def mrmc_of_table(
    table: StudyTable, calls: Floats | None, options: AnalysisOptions
) -> MrmcFindings:
    """Analyse areas (both covariances), calls and marks. calls: (modality, reader, case)."""
    analyses: list[MrmcAnalysis] = []
    refusals: list[Refusal] = []
    differences: tuple[ReaderDifference, ...] = ()
    for found in (
        *_areas(table.ratings, options),
        *_calls(table.ratings, calls, options),
        *_marks(table, options),
    ):
        if isinstance(found, Refusal):
            refusals.append(found)
            continue
        analysis, source = found
        analyses.append(analysis)
        if (analysis.endpoint, analysis.method) == ("auc", CovarianceMethod.DELONG):
            differences = _reader_differences(source, table.ratings)
    refusals.extend(_too_few(table.ratings))
    counted = _u_statistics(table.ratings, options)
    if isinstance(counted, Refusal):
        refusals.append(counted)
    unbiased = areas_analysis(table.ratings, CovarianceMethod.UNBIASED, options)
    return MrmcFindings(
        tuple(analyses),
        None if isinstance(unbiased, Refusal) else unbiased[0],
        differences,
        None if isinstance(counted, Refusal) else counted,
        _once(refusals),
    )


_Found = Refusal | tuple[MrmcAnalysis, OrAnalysis]


def areas_analysis(ratings: Ratings, method: CovarianceMethod, options: AnalysisOptions) -> _Found:
    """The analysis of areas under ROC curves by one covariance method."""
    found = analyse_ratings(ratings, method, options.alpha)
    if isinstance(found, StatisticsRefusal):
        return _refused(f"{_FACTORIAL} of AUC ({method})", str(method), found)
    names = ratings.modalities, ratings.readers
    analysis = _analysis("auc", str(method), *names, found)
    if method is CovarianceMethod.JACKKNIFE and len(found.fom) == 2:
        dbm = dbm_components(found.components, len(ratings.cases))
        return replace(analysis, dbm=dbm), found
    return analysis, found


def _areas(ratings: Ratings, options: AnalysisOptions) -> Iterator[_Found]:
    for method in METHODS:
        yield areas_analysis(ratings, method, options)


def _calls(ratings: Ratings, calls: Floats | None, options: AnalysisOptions) -> Iterator[_Found]:
    if calls is None:
        return
    for endpoint in Endpoint:
        found = analyse_calls(calls, ratings.truth, endpoint, options.alpha)
        if isinstance(found, StatisticsRefusal):
            yield _refused(f"{_FACTORIAL} of {endpoint}", str(endpoint), found)
        else:
            names = ratings.modalities, ratings.readers
            yield _analysis(str(endpoint), "jackknife", *names, found), found


def _marks(table: StudyTable, options: AnalysisOptions) -> Iterator[_Found]:
    froc, ratings = table.froc, table.ratings
    if froc is None:
        return
    marks = FrocMarks(
        lesion_ratings=froc.lesion_ratings,
        lesion_case=froc.lesion_case,
        lesion_weight=froc.lesion_weight,
        highest_false=froc.highest_false,
        truth=ratings.truth,
    )
    for figure in FrocFigure:
        found = analyse_marks(
            marks, figure, false_positive_rate=options.fraction_false, alpha=options.alpha
        )
        if isinstance(found, StatisticsRefusal):
            yield _refused(f"{_FACTORIAL} of {figure}", str(figure), found)
        else:
            names = ratings.modalities, ratings.readers
            yield _analysis(str(figure), "jackknife", *names, found), found


def _analysis(
    endpoint: str,
    method: str,
    modalities: tuple[str, ...],
    readers: tuple[str, ...],
    found: OrAnalysis,
) -> MrmcAnalysis:
    return MrmcAnalysis(
        endpoint=endpoint,
        method=method,
        modalities=modalities,
        readers=readers,
        merits={
            modality: {reader: float(found.fom[i, j]) for j, reader in enumerate(readers)}
            for i, modality in enumerate(modalities)
        },
        components=_components(found.components),
        pairs=tuple(_pair(pair, modalities) for pair in found.pairs),
        singles=tuple(
            single
            for single in (_single(one, modalities) for one in found.singles)
            if single is not None
        ),
        generalises_to_readers=len(readers) >= FEWEST_RANDOM_READERS,
    )


def _components(found: OrComponents) -> MrmcComponents:
    return MrmcComponents(
        ms_t=found.ms_t,
        ms_r=found.ms_r,
        ms_tr=found.ms_tr,
        var=found.var,
        cov1=found.cov1,
        cov2=found.cov2,
        cov3=found.cov3,
        var_r=found.var_r,
        var_tr=found.var_tr,
    )


def _pair(pair: OrPair, modalities: tuple[str, ...]) -> MrmcPair:
    return MrmcPair(
        a=modalities[pair.a],
        b=modalities[pair.b],
        difference=pair.difference,
        components=_components(pair.components),
        rrrc=_test(pair.tests.rrrc),
        frrc=_test(pair.tests.frrc),
        rrfc=_test(pair.tests.rrfc),
    )


def _test(test: OrTest | StatisticsRefusal) -> MrmcTest | None:
    if isinstance(test, StatisticsRefusal):
        return None
    if test.se is None or test.ci_low is None or test.ci_high is None:
        return None
    return MrmcTest(
        f=test.f,
        df1=test.df1,
        df2=None if math.isinf(test.df2) else test.df2,
        p=test.p,
        se=test.se,
        ci_low=test.ci_low,
        ci_high=test.ci_high,
    )


def _single(single: OrSingle, modalities: tuple[str, ...]) -> MrmcSingle | None:
    if isinstance(single.rrrc, StatisticsRefusal):
        return None
    found = single.rrrc
    return MrmcSingle(
        modality=modalities[single.modality],
        estimate=found.mean,
        se=found.se,
        df=None if math.isinf(found.df) else found.df,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
    )


def _reader_differences(found: OrAnalysis, ratings: Ratings) -> tuple[ReaderDifference, ...]:
    return tuple(
        ReaderDifference(
            reader=reader,
            a=ratings.modalities[pair.a],
            b=ratings.modalities[pair.b],
            difference=own.difference,
            se=own.se,
            z=own.z,
            p=own.p,
            ci_low=own.ci_low,
            ci_high=own.ci_high,
        )
        for pair in found.pairs
        for reader, own in zip(ratings.readers, pair.readers, strict=True)
    )


def _u_statistics(ratings: Ratings, options: AnalysisOptions) -> UStatistics | Refusal:
    found = imrmc_tables(ratings, alpha=options.alpha)
    if isinstance(found, StatisticsRefusal):
        return _refused("U-statistics of iMRMC", "u_statistics", found)
    return UStatistics(
        u_statistics=found.u_statistics,
        maximum_likelihood=found.maximum_likelihood,
        per_reader=found.per_reader,
        decompositions_u=found.decompositions_u,
        decompositions_ml=found.decompositions_ml,
    )


def _too_few(ratings: Ratings) -> Iterator[Refusal]:
    readers = len(ratings.readers)
    if ratings.is_fully_crossed and readers < FEWEST_RANDOM_READERS:
        yield Refusal(
            analysis=_READERS,
            key="rrrc",
            reason=f"{readers} readers cannot stand for readers in general; at least "
            f"{FEWEST_RANDOM_READERS} are needed",
            instead="each reader's own DeLong test, and the test for fixed readers; neither "
            "generalises to other readers",
        )
    if ratings.is_fully_crossed and len(ratings.modalities) < 2:
        yield Refusal(
            analysis="Comparison of modalities",
            key="pairs",
            reason="there is one modality, so there is no difference to test",
            instead="the mean over readers with its interval",
        )


def _refused(analysis: str, key: str, refusal: StatisticsRefusal) -> Refusal:
    return Refusal(analysis=analysis, key=key, reason=refusal.reason, instead=refusal.instead)


def _once(refusals: list[Refusal]) -> tuple[Refusal, ...]:
    """One refusal a key: the first."""
    return tuple({refusal.key: refusal for refusal in reversed(refusals)}.values())[::-1]

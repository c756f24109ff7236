"""Published numbers of three reader studies, to their last digit."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from published_tables import (
    NyuTable,
    assert_print_as,
    assert_prints_as,
    nyu,
    tony,
    van_dyke,
    viper,
)

from viewer.statistics.auc import (
    auc,
    auc_of_all,
    average_precision,
    average_precision_of_all,
    compare_two,
    delong_interval,
)
from viewer.statistics.binary import wilson_interval
from viewer.statistics.froc import FrocFigure, FrocMarks, analyse_marks
from viewer.statistics.mrmc_covariance import CovarianceMethod, auc_covariance
from viewer.statistics.obuchowski_rockette import OrAnalysis, analyse, analyse_ratings
from viewer.statistics.or_components import dbm_components
from viewer.statistics.or_tests import MeanEstimate, OrTest
from viewer.statistics.ratings import Ratings
from viewer.statistics.refusal import Refusal

DELONG, JACKKNIFE, UNBIASED = (
    CovarianceMethod.DELONG,
    CovarianceMethod.JACKKNIFE,
    CovarianceMethod.UNBIASED,
)


@pytest.fixture(scope="module")
def tables(shared: Path) -> Path:
    return shared / "data" / "reader_studies"


@pytest.fixture(scope="module")
def aortas(tables: Path) -> Ratings:
    return van_dyke(tables)


@pytest.fixture(scope="module")
def breasts(tables: Path) -> NyuTable:
    return nyu(tables)


@pytest.fixture(scope="module")
def marks(tables: Path) -> FrocMarks:
    return tony(tables)


def analysed(ratings: Ratings, method: CovarianceMethod) -> OrAnalysis:
    analysis = analyse_ratings(ratings, method)
    assert isinstance(analysis, OrAnalysis)
    return analysis


Result = TypeVar("Result", OrTest, MeanEstimate)


def given(result: Result | Refusal) -> Result:
    assert not isinstance(result, Refusal)
    return result


def test_van_dyke_areas_and_mean_squares_are_the_published_ones(aortas: Ratings) -> None:
    analysis = analysed(aortas, JACKKNIFE)
    assert_print_as(analysis.fom[0], ".91964573 .85877617 .90386473 .97310789 .82979066")
    assert_print_as(analysis.fom[1], ".94782609 .90531401 .92173913 .99935588 .92995169")
    assert_print_as(analysis.fom.mean(axis=1), ".89703704 .94083736")
    c = analysis.components
    assert_print_as([c.ms_t, c.ms_r, c.ms_tr], ".00479617 .00383620 .00055103")
    assert_prints_as(analysis.pairs[0].difference, "-.04380032")


@pytest.mark.parametrize(
    ("method", "covariances", "variances"),
    [
        (
            JACKKNIFE,
            ".0008022883 .0003466137 .0003440748 .0002390284",
            ".0015349993 .0002004025",
        ),
        (DELONG, ".0007921325 .0003420090 .0003395265 .0002358497", ".0015364254 .0002045840"),
        (UNBIASED, ".0007883925 .0003416706 .0003390650 .0002356148", ".0015365290 .0002077588"),
    ],
)
def test_van_dyke_components_are_the_published_ones(
    aortas: Ratings, method: CovarianceMethod, covariances: str, variances: str
) -> None:
    c = analysed(aortas, method).components
    assert_print_as([c.var, c.cov1, c.cov2, c.cov3], covariances)
    assert_print_as([c.var_r, c.var_tr], variances)


@pytest.mark.parametrize(
    ("method", "denominator", "test", "interval"),
    [
        (JACKKNIFE, ".0010762629", "4.456319 15.25967 .0516657", "-.08795950 .00035885"),
        (DELONG, ".0010694150", "4.484854 15.06611 .0512330", "-.0878672 .0002666"),
        (UNBIASED, ".0010682810", "4.489614 15.03418 .0511618", "-.0878519 .0002513"),
    ],
)
def test_van_dyke_random_readers_and_cases_are_the_published_ones(
    aortas: Ratings, method: CovarianceMethod, denominator: str, test: str, interval: str
) -> None:
    analysis = analysed(aortas, method)
    rrrc = given(analysis.pairs[0].tests.rrrc)
    assert_prints_as(analysis.components.ms_t / rrrc.f, denominator)
    assert_print_as([rrrc.f, rrrc.df2, rrrc.p], test)
    assert rrrc.df1 == 1.0
    assert rrrc.ci_low is not None
    assert rrrc.ci_high is not None
    assert_print_as([rrrc.ci_low, rrrc.ci_high], interval)


def test_van_dyke_standard_error_of_the_difference_is_the_published_one(aortas: Ratings) -> None:
    rrrc = given(analysed(aortas, JACKKNIFE).pairs[0].tests.rrrc)
    assert rrrc.se is not None
    assert_prints_as(rrrc.se, ".02074862")


@pytest.mark.parametrize(
    ("method", "first", "second"),
    [
        (JACKKNIFE, ".82522360 .96885048 12.74", ".89413783 .98753689 12.71"),
        (DELONG, ".8253461 .9687280 12.596", ".8942155 .9874592 12.565"),
        (UNBIASED, ".8253526 .9687214", ".8942323 .9874424"),
    ],
)
def test_van_dyke_single_modalities_are_the_published_ones(
    aortas: Ratings, method: CovarianceMethod, first: str, second: str
) -> None:
    for single, printed in zip(analysed(aortas, method).singles, (first, second), strict=True):
        mean = given(single.rrrc)
        values = [mean.ci_low, mean.ci_high, mean.df]
        assert_print_as(values[: len(printed.split())], printed)


def test_van_dyke_fixed_readers_and_fixed_cases_are_the_published_ones(aortas: Ratings) -> None:
    tests = analysed(aortas, JACKKNIFE).pairs[0].tests
    frrc, rrfc = given(tests.frrc), given(tests.rrfc)
    assert_print_as([frrc.chi_square, frrc.p], "5.475953 .01927984")
    assert_print_as([rrfc.f, rrfc.p], "8.704 .04195875")
    assert (rrfc.df1, rrfc.df2) == (1.0, 4.0)
    delong = given(analysed(aortas, DELONG).pairs[0].tests.frrc)
    assert_print_as([delong.chi_square, delong.p], "5.545789 .0185252")


def test_van_dyke_components_of_pseudo_values_are_the_published_ones(aortas: Ratings) -> None:
    dbm = dbm_components(analysed(aortas, JACKKNIFE).components, cases=114)
    assert_print_as(
        [dbm.case, dbm.modality_case, dbm.reader_case, dbm.error],
        ".02724923 .01197530 .01226473 .03997160",
    )


def test_van_dyke_first_reader_compares_as_published(aortas: Ratings) -> None:
    first, second = aortas.scores[:, 0]
    one, two = delong_interval(first, aortas.truth), delong_interval(second, aortas.truth)
    assert_print_as([one.se, two.se], ".02993528 .02200073")
    assert_print_as([one.ci_low, one.ci_high], ".86097367 .97831781")
    both = compare_two(first, second, aortas.truth)
    assert_print_as([both.z, both.p], "-1.1110813 .26653335")
    assert analysed(aortas, DELONG).pairs[0].readers[0] == both


def test_tony_wafroc_is_the_published_one(marks: FrocMarks) -> None:
    analysis = analyse_marks(marks, FrocFigure.WAFROC)
    assert isinstance(analysis, OrAnalysis)
    assert_print_as(analysis.fom[0], ".76027037 .84061915 .81715239 .81530899 .82783240")
    assert_print_as(analysis.fom[1], ".64258544 .70499766 .75184340 .77244265 .68369616")
    c = analysis.components
    assert_print_as([c.ms_t, c.ms_tr], ".0255649540 .0009988829")
    assert_print_as(
        [c.cov1, c.cov2, c.cov3, c.var], ".0002992351 .0005718211 .0002751342 .0011080434"
    )
    rrrc = given(analysis.pairs[0].tests.rrrc)
    assert_print_as([rrrc.f, rrrc.df2, rrrc.p], "10.298825 24.702758 .00366858")
    assert rrrc.ci_low is not None
    assert rrrc.ci_high is not None
    assert_print_as(
        [analysis.pairs[0].difference, rrrc.ci_low, rrrc.ci_high],
        ".10112360 .03618638 .16606081",
    )


def test_the_fourteen_readers_have_the_published_areas(breasts: NyuTable) -> None:
    areas = auc_of_all(breasts.readers, breasts.truth)
    assert_print_as(
        areas,
        ".725555 .782641 .809371 .859021 .704550 .735809 .771770 .761451 .792003 .753373 "
        ".788490 .803600 .859794 .755715",
    )
    assert_print_as([areas.mean(), areas.std()], ".7787959 .0436")
    precision = average_precision_of_all(breasts.readers, breasts.truth)
    assert_print_as(
        [precision.mean(), precision.std(), precision.min(), precision.max()],
        ".3241175 .0496 .2438 .4528",
    )


@pytest.mark.parametrize(
    ("model", "area", "precision"),
    [
        ("GMIC_top5", ".881174", ".406983"),
        ("GMIC_top1", ".856655", ".352903"),
        ("GLAM", ".853244", ".236232"),
        ("DMVCNN", ".778754", ".166737"),
        ("frcnn", ".714488", ".231219"),
        ("end2end_inbreast", ".585991", ".122650"),
        ("end2end_ddsm", ".454047", ".039199"),
    ],
)
def test_the_models_have_the_published_areas(
    breasts: NyuTable, model: str, area: str, precision: str
) -> None:
    assert_prints_as(auc(breasts.ai[model], breasts.truth), area)
    assert_prints_as(average_precision(breasts.ai[model], breasts.truth), precision)


def test_gmic_has_the_published_intervals(breasts: NyuTable) -> None:
    gmic = delong_interval(breasts.ai["GMIC_top5"], breasts.truth)
    assert_prints_as(gmic.se, ".0212818")
    assert_print_as([gmic.ci_low, gmic.ci_high], ".839463 .922886")
    assert_print_as([gmic.logit_ci_low, gmic.logit_ci_high], ".832748 .916977")


def test_recalls_above_two_percent_have_the_published_rates(breasts: NyuTable) -> None:
    recalls = breasts.readers > 0.02
    sensitivity = recalls[:, breasts.truth].mean(axis=1)
    assert_print_as(
        sensitivity,
        ".540984 .655738 .622951 .819672 .475410 .475410 .606557 .606557 .622951 .590164 "
        ".704918 .606557 .737705 .639344",
    )
    assert_prints_as(sensitivity.mean(), ".62178")
    assert_prints_as(1.0 - recalls[:, ~breasts.truth].mean(), ".852740")


def test_gmic_at_the_readers_sensitivity_has_the_published_wilson_interval(
    breasts: NyuTable,
) -> None:
    spared = breasts.ai["GMIC_top5"][~breasts.truth] < 0.10995
    interval = wilson_interval(int(spared.sum()), spared.size)
    assert_print_as([interval.share, interval.ci_low, interval.ci_high], ".893401 .8760 .9086")


def test_readers_mixed_with_gmic_have_the_published_areas(breasts: NyuTable) -> None:
    mixed = 0.5 * breasts.readers + 0.5 * breasts.ai["GMIC_top5"]
    areas = auc_of_all(mixed, breasts.truth)
    precision = average_precision_of_all(mixed, breasts.truth)
    assert_print_as([areas.mean(), areas.std()], ".8870524 .0098")
    assert_print_as([precision.mean(), precision.std()], ".4562 .0352")
    pooled = breasts.readers.mean(axis=0)
    assert_prints_as(auc(pooled, breasts.truth), ".894566")
    assert_prints_as(average_precision(pooled, breasts.truth), ".514739")


def test_readers_with_and_without_gmic_have_the_published_degrees_of_freedom(
    breasts: NyuTable,
) -> None:
    mixed = 0.5 * breasts.readers + 0.5 * breasts.ai["GMIC_top5"]
    scores = np.concatenate([breasts.readers, mixed])
    areas = auc_of_all(scores, breasts.truth).reshape(2, 14)
    analysis = analyse(areas, auc_covariance(scores, breasts.truth, JACKKNIFE))
    assert isinstance(analysis, OrAnalysis)
    assert_prints_as(given(analysis.pairs[0].tests.rrrc).df2, "135.3282")


def test_viper_is_refused_as_unbalanced_and_names_what_serves(tables: Path) -> None:
    ratings = viper(tables)
    refusal = analyse_ratings(ratings, DELONG)
    assert isinstance(refusal, Refusal)
    assert "unbalanced" in refusal.reason
    assert "iMRMC" in refusal.instead


def test_viper_readers_have_the_published_mean_areas(tables: Path) -> None:
    ratings = viper(tables)
    means = {}
    for name, readers in zip(ratings.modalities, ratings.scores, strict=True):
        read = [~np.isnan(scores) for scores in readers]
        areas = [auc(s[r], ratings.truth[r]) for s, r in zip(readers, read, strict=True)]
        means[name] = float(np.mean(areas))
    assert_print_as(sorted(means.values()), ".679768 .689311")

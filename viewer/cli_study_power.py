"""`tomolens study power`: how many readers and cases a study needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from viewer.cli_errors import UserError, errors_said

if TYPE_CHECKING:
    from viewer.analysis.study_table import StudyTable
    from viewer.statistics.refusal import Refusal
    from viewer.statistics.sizing import PilotComponents

Found = TypeVar("Found")

_READERS = (3, 5, 8, 10, 15, 20)
_CASE_FACTORS = (0.5, 1.0, 1.5, 2.0, 3.0)


def power(
    pilot: Path | None = typer.Argument(
        None, metavar="[PILOT]", exists=True, help="A table of ratings, or a study that is running."
    ),
    published: str = typer.Option(
        "nyu", "--published", help="Without a pilot: nyu, vandyke or tony."
    ),
    effect: float = typer.Option(0.05, "--effect", help="Difference of areas to be found."),
    readers: int = typer.Option(5, "--readers", min=3, help="Readers planned."),
    cases: int = typer.Option(400, "--cases", min=4, help="Cases (breasts) planned."),
    wanted: float = typer.Option(0.8, "--power", min=0.05, max=0.999, help="Power wanted."),
    alpha: float = typer.Option(0.05, "--alpha", min=1e-6, max=0.5, help="Two-sided level."),
    truth: Path | None = typer.Option(
        None, "--truth", exists=True, help="Of our own CSV of answers, where it is apart."
    ),
    ai_model: str = typer.Option(
        "", "--ai", help="With one modality: the AI that readers are combined with."
    ),
    jackknife: bool = typer.Option(False, "--jackknife", help="Covariances by jackknife."),
) -> None:
    """Size a study after Hillis: random readers and cases, fully crossed, two modalities.

    The variances come from a pilot table, from the running study, or from a published one. Of a
    pilot only the variances are said: the look is blind to the effect. The planned study is
    taken to have the pilot's share of diseased cases. A running study needs the designer's keys;
    its finished readings count, and of them the cases that all begun readers have read.
    """
    with errors_said():
        if effect == 0:
            raise UserError("an effect of 0 is never found", "give the smallest that matters")
        components = (
            _published(published)
            if pilot is None
            else _of_pilot(pilot, truth=truth, ai_model=ai_model, jackknife=jackknife)
        )
        _tell_components(components)
        _tell_plan(components, effect, readers, cases, wanted, alpha)
        _tell_table(components, effect, cases, alpha)


def _published(name: str) -> PilotComponents:
    from viewer.statistics.published_components import PUBLISHED_COMPONENTS

    found = PUBLISHED_COMPONENTS.get(name.lower())
    if found is None:
        known = ", ".join(PUBLISHED_COMPONENTS)
        raise UserError(f'no published components are called "{name}"', f"known: {known}")
    return found


def _of_pilot(path: Path, *, truth: Path | None, ai_model: str, jackknife: bool) -> PilotComponents:
    from viewer.analysis.pilot_of_table import pilot_of_table
    from viewer.statistics.mrmc_covariance import CovarianceMethod

    method = CovarianceMethod.JACKKNIFE if jackknife else CovarianceMethod.DELONG
    table = _table(path, truth)
    found = _or_refused(pilot_of_table(table, method=method, ai_model=ai_model))
    for note in found.notes:
        typer.echo(note)
    return found.components


def _table(path: Path, truth: Path | None) -> StudyTable:
    from viewer.commands.analysis_source import read_source

    return read_source(path, truth_file=truth).table


def _or_refused(found: Found | Refusal) -> Found:
    from viewer.statistics.refusal import Refusal

    if isinstance(found, Refusal):
        raise UserError(found.reason.rstrip("."), found.instead)
    return found


def _tell_components(pilot: PilotComponents) -> None:
    typer.echo(
        f"Variances of {pilot.name}: {pilot.figure_of_merit}, {pilot.cases} cases, "
        f"{100 * pilot.prevalence:.1f} % with the disease"
    )
    typer.echo(f"  {pilot.source}")
    typer.echo(
        f"  Var(TR) {pilot.var_tr:.3e}  Var {pilot.var:.3e}  Cov1 {pilot.cov1:.3e}  "
        f"Cov2 {pilot.cov2:.3e}  Cov3 {pilot.cov3:.3e}"
    )


def _tell_plan(
    pilot: PilotComponents, effect: float, readers: int, cases: int, wanted: float, alpha: float
) -> None:
    from viewer.statistics.refusal import Refusal
    from viewer.statistics.sizing import cases_for, power_of, readers_for

    found = _or_refused(power_of(pilot, effect=effect, readers=readers, cases=cases, alpha=alpha))
    typer.echo(
        f"{readers} readers, {cases} cases, effect {effect:g}, alpha {alpha:g}: "
        f"power {found.power:.3f} (noncentrality {found.ncp:.3f}, ddf {found.ddf:.1f})"
    )
    more_readers = readers_for(pilot, effect=effect, cases=cases, power=wanted, alpha=alpha)
    more_cases = cases_for(pilot, effect=effect, readers=readers, power=wanted, alpha=alpha)
    typer.echo(f"For a power of {wanted:g}:")
    for what, needed in (
        (f"readers for {cases} cases", more_readers),
        (f"cases for {readers} readers", more_cases),
    ):
        said = f"{needed.reason} {needed.instead}" if isinstance(needed, Refusal) else f"{needed}"
        typer.echo(f"  {what}: {said}")


def _tell_table(pilot: PilotComponents, effect: float, cases: int, alpha: float) -> None:
    from viewer.statistics.sizing import power_table

    counts = sorted({max(4, round(cases * factor)) for factor in _CASE_FACTORS})
    powers = power_table(pilot, effect=effect, readers=_READERS, cases=counts, alpha=alpha)
    typer.echo("Power:")
    typer.echo("  readers " + "".join(f"{f'{count} cases':>14}" for count in counts))
    for count, row in zip(_READERS, powers, strict=True):
        typer.echo(f"  {count:>7} " + "".join(f"{value:>14.3f}" for value in row))

"""`tomolens study seal`: put truth and AI results where no reader sees them before the lock."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import SOME_FAILED, UserError, errors_said, say
from viewer.cli_predict import (
    AUGMENTATIONS_HELP,
    DEVICE_HELP,
    SEED_HELP,
    PredictionDeviceOption,
)
from viewer.cli_weights import WEIGHTS_HELP, weights_named

if TYPE_CHECKING:
    from inference.augmentation import Augmentations
    from viewer.commands.model_set import ModelSet
    from viewer.commands.study_seal import SealedResults, SealedTruth, StudySeals
    from viewer.study.protocol import Protocol


def seal(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
    truth: Path | None = typer.Option(
        None,
        "--truth",
        exists=True,
        dir_okay=False,
        help="The truth: a row for every breast (and lesion), or the truth.csv of phantoms.",
    ),
    weights: list[str] = typer.Option(
        [],
        "--weights",
        metavar="FILE|NAME",
        help=f"Networks to run on every case. {WEIGHTS_HELP}",
    ),
    demonstration: bool = typer.Option(
        False, "--demonstration", help="Run the shipped demonstration networks, made on phantoms."
    ),
    ai_table: Path | None = typer.Option(
        None,
        "--ai-table",
        exists=True,
        dir_okay=False,
        help="Scores of an AI that was run elsewhere, a row for every breast.",
    ),
    again: bool = typer.Option(False, "--again", help="Run the networks on sealed cases as well."),
    device: PredictionDeviceOption = typer.Option(
        PredictionDeviceOption.AUTO, "--device", help=DEVICE_HELP
    ),
    augmentations: int = typer.Option(
        0, "--augmentations", metavar="N", help=f"{AUGMENTATIONS_HELP} The sealed results say it."
    ),
    seed: int = typer.Option(0, "--seed", help=SEED_HELP),
) -> None:
    """Seal the truth and the AI's results, and note their hashes in study.toml.

    Each item is encrypted with its own key. Where the study is a folder, the keys lie in
    sealed/keys.json: who may read that file can open every seal, so give readers on other
    accounts a study on PostgreSQL. A run that was stopped goes on where it was. After the first
    answer only a new version of the protocol can be sealed.

    Exit code: 0 when all was sealed, 1 when some cases were not, 2 when nothing was, 130 after
    Ctrl+C; what was sealed by then stays.
    """
    results: SealedResults | None = None
    with errors_said():
        _check_options(truth, weights, demonstration=demonstration, ai_table=ai_table)
        from inference.augmentation import Augmentations
        from viewer.commands.study_seal import StudySeals, check_may_seal
        from viewer.storage.study_folder import StudyFolder, read_protocol

        folder = StudyFolder.of(study)
        protocol = read_protocol(folder)
        check_may_seal(folder, protocol)
        seals = StudySeals(folder, protocol)
        try:
            if truth is not None:
                from viewer.loading.read_truth import read_truth

                entries = read_truth(truth, protocol, folder.case_path)
                _tell_truth(seals.seal_truth(entries))
            if ai_table is not None:
                from viewer.loading.read_ai_scores import read_ai_scores

                results = seals.seal_scores(read_ai_scores(ai_table, protocol))
            elif weights or demonstration:
                results = _run_networks(
                    seals,
                    weights,
                    demonstration=demonstration,
                    again=again,
                    device=device,
                    augmentations=Augmentations(count=augmentations, seed=seed),
                )
        finally:
            noted = seals.note_in_protocol()
    _tell(noted, results)
    if results is not None and results.problems:
        raise typer.Exit(SOME_FAILED)


def _check_options(
    truth: Path | None, weights: list[str], *, demonstration: bool, ai_table: Path | None
) -> None:
    if sum((bool(weights), demonstration, ai_table is not None)) > 1:
        raise UserError(
            "the AI's results can come from one source only",
            "give --weights, --demonstration or --ai-table",
        )
    if truth is None and not (weights or demonstration or ai_table is not None):
        raise UserError(
            "nothing was given to seal",
            "give --truth FILE, and --weights FILE, --demonstration or --ai-table FILE for the AI",
        )


def _run_networks(
    seals: StudySeals,
    weights: list[str],
    *,
    demonstration: bool,
    again: bool,
    device: PredictionDeviceOption,
    augmentations: Augmentations,
) -> SealedResults:
    from viewer.cli_progress import RunBars
    from viewer.commands.demo import DEMO_IMAGE_WEIGHTS, demo_weights
    from viewer.commands.model_set import load_models

    with ExitStack() as kept_open:
        if demonstration:
            files = demo_weights(kept_open, DEMO_IMAGE_WEIGHTS)
        else:
            files = weights_named(weights)
        models = load_models(files, device=device.value, augmentations=augmentations)
        _check_models(models)
        bars = kept_open.enter_context(RunBars())
        return seals.run_networks(models, progress=bars, again=again)


def _check_models(models: ModelSet) -> None:
    """Refuse weights that score no breast, and say what runs without augmentations."""
    if not models.identities:
        raise UserError(
            "none of the weights scores images or breasts",
            "give GMIC, 3D-GMIC or two-view weights to seal",
        )
    if any(identity.augmentations for identity in models.identities):
        for model in models.breasts:
            say(f"{model.identity.name} is run without augmentations")


def _tell_truth(sealed: SealedTruth) -> None:
    for remark in sealed.remarks:
        say(remark)
    typer.echo(
        f"Truth: {sealed.breasts} breasts, {sealed.malignant} with a malignancy, "
        f"{sealed.lesions} lesions named"
    )


def _tell(protocol: Protocol, results: SealedResults | None) -> None:
    if results is not None:
        for problem in results.problems:
            say(problem)
        for remark in results.remarks:
            typer.echo(remark)
        kept = f", {results.kept} kept from before" if results.kept else ""
        typer.echo(f"AI: {results.scored} cases sealed{kept}")
    sealed = protocol.sealed
    for model in sealed.ai_models:
        typer.echo(f"Model: {model}")
    typer.echo(f"Truth SHA-256: {sealed.truth_sha256 or 'not sealed'}")
    typer.echo(f"AI SHA-256: {sealed.ai_sha256 or 'not sealed'}")

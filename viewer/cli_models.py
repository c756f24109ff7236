"""`tomolens models`: weights on this computer, what they are, and what they cost."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from viewer.cli_errors import NOTHING_DONE, SOME_FAILED, UserError, errors_said, say
from viewer.cli_weights import agree, find_models, user_library, user_licences

if TYPE_CHECKING:
    from viewer.storage.accepted_licences import LicenceTerms
    from viewer.storage.model_library import CheckedFile, ModelLibrary
    from viewer.storage.model_record import ModelRecord

ThingT = TypeVar("ThingT")
ResultT = TypeVar("ResultT")

models = typer.Typer(
    name="models",
    help="Weights of the AI: list, add, show and remove them; count what networks cost.",
    no_args_is_help=True,
)

_NAME = typer.Argument(
    ..., metavar="NAME", help="Name, name and version, or the beginning of the hash."
)


@models.command("list")
def list_models() -> None:
    """List the models of this computer: what they serve, and what is wrong with them.

    A model whose files were changed since it was added is not used until it is added again.
    Models of one name that differ in version can run as the members of one ensemble.
    """
    with errors_said():
        from rich.console import Console

        from viewer.cli_models_words import models_table
        from viewer.commands.known_models import known_models

        library, licences = user_library(), user_licences()
        known = known_models(library)
        Console().print(models_table(known, licences))
        for model in known:
            if model.problem:
                say(f"{model.title} ({model.short_hash}): {model.problem}")
        typer.echo(f"Copies and index: {library.folder}")


@models.command("show")
def show(name: str = _NAME) -> None:
    """Print the whole card of a model, its measures, its hash and where it is."""
    with errors_said():
        from viewer.cli_models_words import whole_card
        from viewer.commands.known_models import known_models

        library, licences = user_library(), user_licences()
        found = find_models(known_models(library), name)
        typer.echo("\n\n".join(whole_card(model, licences) for model in found))


@models.command("add")
def add(
    paths: list[Path] = typer.Argument(
        ..., metavar="PATH", exists=True, dir_okay=False, help="Weights files."
    ),
    link: bool = typer.Option(False, "--link", help="Leave the files where they are."),
    accept_licence: bool = typer.Option(
        False, "--accept-licence", help="Accept the printed licence without being asked."
    ),
    name: str | None = typer.Option(None, "--name", help="Makes a card for weights without one."),
    version: str | None = typer.Option(None, "--version"),
    architecture: str | None = typer.Option(None, "--architecture", help="Such as gmic3d."),
    top_t: float | None = typer.Option(
        None, "--top-t", help="Cells averaged, in units of one slice's cells."
    ),
    patches: int | None = typer.Option(None, "--patches"),
    images: list[str] | None = typer.Option(
        None, "--images", help="A kind of image it was trained on; repeat it for several."
    ),
    input_rows: int | None = typer.Option(None, "--input-rows"),
    input_columns: int | None = typer.Option(None, "--input-columns"),
    saliency: str | None = typer.Option(None, "--saliency", help="relu_tanh or sigmoid."),
    card: list[str] | None = typer.Option(
        None, "--card", metavar="KEY=VALUE", help="Another entry of the card, as TOML has it."
    ),
    training_data: str | None = typer.Option(None, "--training-data"),
    intended_use: str | None = typer.Option(None, "--intended-use"),
    licence: str | None = typer.Option(None, "--licence"),
) -> None:
    """Add weights: read them whole, show their licence, and keep a copy with their card.

    The card is the .toml file of the same name beside the weights; the published
    sample_model_1.p to sample_model_5.p need none; for others give at least --name, --version,
    --architecture and what that architecture needs (--top-t and --patches for GMIC and 3D-GMIC).

    Exit code: 0 when all were added, 1 when some, 2 when none.
    """
    given: dict[str, Any] = {
        "name": name,
        "version": version,
        "architecture": architecture,
        "top_t": top_t,
        "patches": patches,
        "images": images or None,
        "input_rows": input_rows,
        "input_columns": input_columns,
        "saliency": saliency,
        "training_data": training_data,
        "intended_use": intended_use,
        "licence": licence,
    }
    entries = {key: value for key, value in given.items() if value is not None}
    with errors_said():
        for entry in card or ():
            entries |= _card_entry(entry)
    library, licences = user_library(), user_licences()
    checked = _each(paths, lambda path: _checked(path, entries, library))
    with errors_said():
        agree([terms for _, terms in checked], licences, accepted=accept_licence)
    added = _each([file for file, _ in checked], lambda file: _added(file, library, link=link))
    if len(added) < len(paths):
        raise typer.Exit(SOME_FAILED if added else NOTHING_DONE)


@models.command("remove")
def remove(
    name: str = _NAME,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """Remove a model and its copy; a linked file is forgotten and left where it is."""
    with errors_said():
        from viewer.commands.known_models import known_models
        from viewer.storage.places import places
        from viewer.storage.settings_file import forget_weights

        library = user_library()
        (model,) = find_models(known_models(library), name, one=True)
        if model.record is None:
            raise UserError(f"{model.title} is built in and cannot be removed")
        what = "forget" if model.record.linked else "delete the copy of"
        if not yes:
            typer.confirm(f"Really {what} {model.title} ({model.short_hash})?", abort=True)
        library.remove(model.record)
        typer.echo(f"{model.title} was removed.")
        if model.record.linked and model.weights.exists():
            typer.echo(f"{model.weights} is left as it was.")
        if forget_weights(places(os.environ).settings_file, [model.weights]):
            typer.echo("It was chosen in the window, and is not any more.")


@models.command("accept")
def accept(
    name: str = _NAME,
    yes: bool = typer.Option(False, "--accept-licence", help="Do not ask."),
) -> None:
    """Show the licence of a model that is there, and accept it."""
    with errors_said():
        from viewer.commands.known_models import known_models

        library, licences = user_library(), user_licences()
        found = find_models(known_models(library), name)
        terms = [each.terms for each in found if each.terms is not None]
        agree(terms, licences, accepted=yes)


@models.command("costs")
def costs(
    slices: int = typer.Option(96, "--slices", min=1, help="Slices of the volume counted for."),
) -> None:
    """Count what every architecture costs, beside the paper's baselines.

    GMAC are thousand million multiply-accumulate operations for one volume, image or breast.
    Nothing is run: it takes seconds and no memory.
    """
    with errors_said():
        from rich.console import Console
        from rich.table import Table

        from inference.costs import efficiency_table

        table = Table()
        for heading in ("network", "scores"):
            table.add_column(heading)
        for heading in ("GMAC", "paper", "million parameters"):
            table.add_column(heading, justify="right")
        for cost in efficiency_table(slices):
            printed = "" if cost.printed_gmac is None else f"{cost.printed_gmac:,.0f}"
            millions = f"{cost.parameters / 1e6:.1f}"
            table.add_row(cost.name, cost.takes, f"{cost.gmac:,.0f}", printed, millions)
        Console().print(table)
        typer.echo(f"Volumes of {slices} slices. Printed: the 3D-GMIC paper's Table I,")
        typer.echo("which extrapolates the 3D ResNets from 4, 8 and 16 slices.")


_STATED_LATER = ("training_data", "intended_use", "licence")


def _each(things: Sequence[ThingT], act: Callable[[ThingT], ResultT]) -> list[ResultT]:
    """What came of each; what went wrong with one is said and does not stop the others."""
    results: list[ResultT] = []
    for thing in things:
        try:
            with errors_said():
                results.append(act(thing))
        except typer.Exit as ended:
            if ended.exit_code != NOTHING_DONE:
                raise
    return results


def _checked(
    path: Path, entries: dict[str, Any], library: ModelLibrary
) -> tuple[CheckedFile, LicenceTerms]:
    from viewer.commands.add_model import NOT_STATED, check_weights, refuse_known
    from viewer.storage.accepted_licences import terms_of

    refuse_known(path, library)
    if entries:
        entries = dict.fromkeys(_STATED_LATER, NOT_STATED) | entries
    checked = check_weights(path, entries)
    return checked, terms_of(checked.card, checked.sha256)


def _added(checked: CheckedFile, library: ModelLibrary, *, link: bool) -> ModelRecord:
    from viewer.commands.add_model import add_model

    made = add_model(checked, library, link=link)
    where = "linked to" if link else "copied to"
    typer.echo(f"Added {made.title} ({made.short_hash}), {where} {made.weights}.")
    return made


def _card_entry(entry: str) -> dict[str, Any]:
    """An entry such as views=["CC", "MLO"]; a value that is no TOML is a text."""
    import tomllib

    key, equals, value = entry.partition("=")
    if not equals or not key.strip():
        raise UserError(f'"{entry}" is no entry of a card', "write --card KEY=VALUE")
    try:
        return tomllib.loads(f"{key.strip()} = {value}")
    except tomllib.TOMLDecodeError:
        return {key.strip(): value.strip()}

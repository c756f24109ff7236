"""What `--weights` may name: files, and models of this computer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import UserError, say

if TYPE_CHECKING:
    from viewer.commands.known_models import KnownModel
    from viewer.storage.accepted_licences import AcceptedLicences, LicenceTerms
    from viewer.storage.model_library import ModelLibrary

WEIGHTS_HELP = (
    "A weights file, or a model of `tomolens models list` by name or hash; "
    "repeat it for several models or the members of an ensemble."
)


def weights_named(names: Sequence[str], *, accept_licence: bool = False) -> tuple[Path, ...]:
    """The files behind names of files and models; one name may stand for all members.

    The licence of a file that nobody accepted is said once. Of a model of the library it must be
    accepted. Raises UserError.
    """
    if not names:
        return ()
    library, licences = user_library(), user_licences()
    files: list[Path] = []
    for name in names:
        if Path(name).is_file():
            files.append(Path(name))
        else:
            files += _of_library(name, library, licences, accept_licence=accept_licence)
    given = [Path(name) for name in names if Path(name).is_file()]
    _say_licences(given, licences, accept_licence=accept_licence)
    return tuple(files)


def files_named(names: Sequence[str]) -> tuple[Path, ...]:
    """The same files for the window, which asks for licences itself."""
    if not names:
        return ()
    from viewer.commands.known_models import known_models

    library = user_library()
    files: list[Path] = []
    for name in names:
        if Path(name).is_file():
            files.append(Path(name))
        else:
            files += [model.weights for model in find_models(known_models(library), name)]
    return tuple(files)


def find_models(
    among: Sequence[KnownModel], name: str, *, one: bool = False
) -> tuple[KnownModel, ...]:
    """The models of a name or hash; raises UserError for none, and for several of which one is
    wanted.
    """
    from viewer.commands.known_models import named, nearest_names

    found = named(among, name)
    if not found:
        near = " or ".join(nearest_names(among, name))
        hint = f"did you mean {near}?" if near else "tomolens models list shows what there is"
        raise UserError(f'no file and no model is called "{name}"', hint)
    if one and len(found) > 1:
        each = ", ".join(f"{model.title} ({model.short_hash})" for model in found)
        raise UserError(f'"{name}" may mean {each}', "give the version or the hash")
    return found


def user_library() -> ModelLibrary:
    """The library of this user; what is wrong with its index is said once."""
    from viewer.storage.model_library import ModelLibrary
    from viewer.storage.places import places

    library = ModelLibrary(places(os.environ).models)
    for complaint in library.read().complaints:
        say(complaint)
    return library


def user_licences() -> AcceptedLicences:
    """What this user has accepted."""
    from viewer.storage.accepted_licences import AcceptedLicences
    from viewer.storage.places import places

    licences = AcceptedLicences(places(os.environ).licences_file)
    if licences.complaint:
        say(licences.complaint)
    return licences


def agree(terms: Sequence[LicenceTerms], licences: AcceptedLicences, *, accepted: bool) -> None:
    """Print what must be accepted and ask, once for models of one licence.

    Raises UserError when one is not accepted.
    """
    groups: dict[str, list[LicenceTerms]] = {}
    for each in licences.open_terms(terms):
        groups.setdefault(each.licence, []).append(each)
    for group in groups.values():
        for each in group:
            typer.echo(each.words)
        if not accepted and not typer.confirm("Do you accept this licence?", default=False):
            models = ", ".join(each.model for each in group)
            raise UserError(
                f"the licence of {models} was not accepted, so nothing was done",
                "--accept-licence accepts it without a question",
            )
        licences.accept(group)


def _of_library(
    name: str, library: ModelLibrary, licences: AcceptedLicences, *, accept_licence: bool
) -> list[Path]:
    from viewer.commands.known_models import known_models

    found = find_models(known_models(library), name)
    for model in found:
        if model.problem:
            raise UserError(f"{model.title}: {model.problem}", "tomolens models list says more")
    terms = [model.terms for model in found if model.terms is not None]
    if accept_licence:
        agree(terms, licences, accepted=True)
    elif open_terms := licences.open_terms(terms):
        raise UserError(
            f"the licence of {open_terms[0].model} was not accepted: {open_terms[0].licence}",
            "--accept-licence accepts it",
        )
    return [model.weights for model in found]


def _say_licences(
    files: Sequence[Path], licences: AcceptedLicences, *, accept_licence: bool
) -> None:
    """Say on stderr under which licence files stand that nobody accepted; wrong files later."""
    from viewer.commands.known_models import demonstration_weights, of_file

    shipped = {path.resolve() for path in demonstration_weights()}
    terms = [of_file(path).terms for path in files if path.resolve() not in shipped]
    open_terms = licences.open_terms(each for each in terms if each is not None)
    if accept_licence:
        agree(open_terms, licences, accepted=True)
        return
    by_licence: dict[str, list[str]] = {}
    for each in open_terms:
        by_licence.setdefault(each.licence, []).append(each.model)
    for licence, models in by_licence.items():
        typer.echo(f"Licence of {', '.join(dict.fromkeys(models))}: {licence}", err=True)

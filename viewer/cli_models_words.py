"""What `tomolens models` prints of models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from viewer.commands.card_words import card_lines, free_lines

if TYPE_CHECKING:
    from rich.table import Table

    from viewer.commands.known_models import KnownModel
    from viewer.storage.accepted_licences import AcceptedLicences

_SHORT = {"Synthetic 2D": "synth.", "Secondary capture": "film"}


def models_table(models: Sequence[KnownModel], licences: AcceptedLicences) -> Table:
    """One line a model, narrow enough for a terminal of 80 columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from viewer.commands.ensembles import fellow_members

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("model", "network", "serves"):
        table.add_column(heading, no_wrap=heading == "network")
    for heading in ("members", "MB"):
        table.add_column(heading, justify="right")
    for heading in ("hash", "licence", "state"):
        table.add_column(heading, no_wrap=True)
    for model in models:
        table.add_row(
            model.title,
            model.network,
            ", ".join(_SHORT.get(use.value, use.value) for use in model.uses) or "-",
            str(len(fellow_members(model, models))),
            megabytes(model),
            model.short_hash,
            licence_state(model, licences),
            state_words(model),
        )
    return table


def megabytes(model: KnownModel) -> str:
    """The size of the weights."""
    size = model.size_bytes
    return "-" if size is None else f"{size / 1e6:.1f}"


def licence_state(model: KnownModel, licences: AcceptedLicences) -> str:
    """Whether the licence was accepted, in a word or two."""
    terms = model.terms
    if model.is_built_in:
        return "own"
    if terms is None:
        return "-"
    if not terms.asks:
        return "free"
    return "accepted" if licences.is_accepted(terms) else "not accepted"


def state_words(model: KnownModel) -> str:
    """Where it is, or that something is wrong with it."""
    if model.problem:
        return "not usable"
    if model.is_built_in:
        return "built in"
    if model.record is None:
        return "not in the library"
    return "linked" if model.record.linked else "copied"


def whole_card(model: KnownModel, licences: AcceptedLicences) -> str:
    """Everything known of a model, one thing a line."""
    lines = [model.title, "", f"Where: {model.weights}", f"State: {state_words(model)}"]
    if model.problem:
        lines.append(f"Problem: {model.problem}")
    if model.record is not None:
        lines.append(f"Added: {model.record.added:%Y-%m-%d %H:%M} UTC")
    lines += [f"Licence: {licence_state(model, licences)}", f"SHA-256: {model.sha256}"]
    lines.append(f"Serves: {', '.join(use.value for use in model.uses) or 'nothing'}")
    if model.card is not None:
        lines += ["", "Its card:"]
        lines += [
            f"  {name}: {value}"
            for name, value in (*card_lines(model.card), *free_lines(model.card))
        ]
    return "\n".join(lines)

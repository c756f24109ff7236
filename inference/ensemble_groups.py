"""Which weights files are members of one ensemble, told from their cards; needs no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import Enum

from inference.errors import InferenceError
from inference.model_card import ModelCard
from inference.types import ModelIdentity


class EnsembleError(InferenceError):
    """Models that cannot be one ensemble."""


class Grouping(Enum):
    """What becomes one ensemble; the value is what the command line says."""

    NAME = "name"
    """Cards that share a name and differ in version, such as the five published members."""
    ALL = "all"
    """Everything that serves the same kinds of image."""
    NONE = "none"
    """Every file is a model of its own."""


def group_members(
    cards: Sequence[ModelCard], grouping: Grouping = Grouping.NAME
) -> tuple[tuple[int, ...], ...]:
    """Say which cards belong together: positions in `cards`, groups in order of their first.

    Members have one architecture and serve the same kinds of image. Files that share even their
    version cannot be told apart as members, so they stay models of their own.
    """
    if grouping is Grouping.NONE:
        return tuple((position,) for position in range(len(cards)))
    groups: dict[tuple[object, ...], list[int]] = {}
    for position, card in enumerate(cards):
        kind = (card.architecture, tuple(sorted(card.images)))
        key = (*kind, card.name) if grouping is Grouping.NAME else kind
        groups.setdefault(key, []).append(position)
    apart: list[tuple[int, ...]] = []
    for positions in groups.values():
        versions = {cards[position].version for position in positions}
        if grouping is Grouping.NAME and len(versions) < len(positions):
            apart += [(position,) for position in positions]
        else:
            apart.append(tuple(positions))
    return tuple(sorted(apart))


def ensemble_identity(members: Sequence[ModelIdentity]) -> ModelIdentity:
    """What an ensemble is called; of a single member, that one.

    The hash is over the members' hashes and versions, whatever their order.
    Raises EnsembleError when there is none or one is given twice.
    """
    if not members:
        raise EnsembleError("An ensemble needs at least one model.")
    if len(members) == 1:
        return members[0]
    if len(set(members)) < len(members):
        twice = next(member for member in members if list(members).count(member) > 1)
        raise EnsembleError(
            f"{twice.name} {twice.version} is in the ensemble twice, which would count it double; "
            "give every member once."
        )
    names = sorted({member.name for member in members})
    lines = sorted(f"{member.sha256} {member.name} {member.version}" for member in members)
    return ModelIdentity(
        name=" + ".join(names),
        version=f"ensemble of {len(members)}",
        architecture=members[0].architecture,
        sha256=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        members=len(members),
    )

"""Which models are members of one ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from inference.ensemble_groups import group_members
from inference.model_card import ModelCard


class Member(Protocol):
    """What decides about membership."""

    @property
    def card(self) -> ModelCard | None:
        """None of what cannot be read."""
        ...

    @property
    def problem(self) -> str:
        """Why it is not used; empty if nothing."""
        ...


MemberT = TypeVar("MemberT", bound=Member)


def ensembles_of(models: Sequence[MemberT]) -> tuple[tuple[MemberT, ...], ...]:
    """Every model once: alone, or with its fellow members; in the order of the first ones.

    Members carry one name, are of one architecture, serve the same, and differ in version. Two of
    one name and version are rivals, not members; what cannot be used is no member.
    """
    sound = [
        (position, model.card)
        for position, model in enumerate(models)
        if model.card is not None and not model.problem
    ]
    groups = [
        tuple(sound[member][0] for member in group)
        for group in group_members([card for _, card in sound])
    ]
    grouped = {position for group in groups for position in group}
    alone: list[tuple[int, ...]] = [
        (position,) for position in range(len(models)) if position not in grouped
    ]
    return tuple(tuple(models[position] for position in group) for group in sorted(groups + alone))


def fellow_members(model: MemberT, among: Sequence[MemberT]) -> tuple[MemberT, ...]:
    """The ensemble a model is in, itself among them, in the order given."""
    return next(
        (group for group in ensembles_of(among) if any(each is model for each in group)), (model,)
    )


def title_of_members(titles: Sequence[tuple[str, str]]) -> str:
    """What the screen calls models that run as one; titles: name and version of each."""
    names = list(dict.fromkeys(name for name, _ in titles))
    if len(titles) == 1:
        return " ".join(titles[0]).strip()
    return f"{' + '.join(names)}, {len(titles)} members"

"""Which models are members of one ensemble."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from inference.architecture import Architecture
from viewer.domain.model_use import ModelUse


class Member(Protocol):
    """What decides about membership."""

    @property
    def name(self) -> str:
        """Of the card."""
        ...

    @property
    def version(self) -> str:
        """Of the card."""
        ...

    @property
    def architecture(self) -> Architecture:
        """Of the card."""
        ...

    @property
    def uses(self) -> tuple[ModelUse, ...]:
        """What it serves."""
        ...

    @property
    def problem(self) -> str:
        """Why it is not used; empty if nothing."""
        ...


MemberT = TypeVar("MemberT", bound=Member)


def fellow_members(model: MemberT, among: Iterable[MemberT]) -> tuple[MemberT, ...]:
    """The members of a model's ensemble, itself among them, in the order given.

    Members carry one name, are of one architecture, serve the same, and differ in version. Of two
    with one version the model itself stands, else the first: they are rivals, not members. What
    cannot be used is no member.
    """
    members = [each for each in among if _is_fellow(model, each)]
    kept: dict[str, MemberT] = {}
    for each in members:
        if each is model or each.version not in kept:
            kept[each.version] = each
    return tuple(each for each in members if kept[each.version] is each)


def ensembles_of(models: Sequence[MemberT]) -> tuple[tuple[MemberT, ...], ...]:
    """Every ensemble of two or more, each once, in the order of its first member."""
    found: list[tuple[MemberT, ...]] = []
    for model in models:
        members = fellow_members(model, models)
        is_new = not any(all(a is b for a, b in zip(members, f, strict=False)) for f in found)
        if len(members) > 1 and members[0] is model and is_new:
            found.append(members)
    return tuple(found)


def _is_fellow(model: MemberT, other: MemberT) -> bool:
    if other is model:
        return True
    return (
        not other.problem
        and not model.problem
        and (
            (other.name, other.architecture, other.uses)
            == (model.name, model.architecture, model.uses)
            and other.version != model.version
        )
    )

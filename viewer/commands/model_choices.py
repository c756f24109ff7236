"""Which models may serve a use, which one does now, and settings with another choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from viewer.commands.ensembles import ensembles_of, fellow_members, title_of_members
from viewer.commands.known_models import KnownModel, told_apart
from viewer.domain.model_use import ModelUse
from viewer.settings import Settings

Chosen = Mapping[ModelUse, tuple[Path, ...]]
"""The files that serve each use; none where the AI does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model or an ensemble that may serve a use; without files: the AI does not run."""

    title: str
    weights: tuple[Path, ...] = ()


NOT_RUN = Choice(title="AI off")


def choices_for(
    use: ModelUse, models: Sequence[KnownModel], chosen: tuple[Path, ...]
) -> tuple[Choice, ...]:
    """Ensembles first, then single models, then none; what is chosen is always among them."""
    titles = dict(zip((model.weights for model in models), told_apart(models), strict=True))
    sound = [model for model in models if use in model.uses and not model.problem]
    ensembles = [group for group in ensembles_of(sound) if len(group) > 1 and use.has_ensembles]
    offered = [
        *(Choice(title=_title(group), weights=_weights(group)) for group in ensembles),
        *(Choice(title=titles[model.weights], weights=(model.weights,)) for model in sound),
        NOT_RUN,
    ]
    if not any(frozenset(each.weights) == frozenset(chosen) for each in offered):
        names = [titles.get(path, path.name) for path in chosen]
        offered.insert(0, Choice(title=" + ".join(names), weights=chosen))
    return tuple(offered)


def chosen_now(
    settings: Settings, models: Sequence[KnownModel], uses: Iterable[ModelUse]
) -> dict[ModelUse, tuple[Path, ...]]:
    """What serves each use: the own choice, else the first of the weights with its fellows."""
    by_place = {model.weights: model for model in models}
    in_use = [by_place[path.absolute()] for path in settings.weights if path.absolute() in by_place]
    return {
        use: settings.serving[use] if use in settings.serving else _first(use, in_use)
        for use in uses
    }


def with_choice(settings: Settings, chosen: Chosen) -> Settings:
    """Settings in which these serve; the same settings when that changes nothing."""
    weights = tuple(dict.fromkeys(path for paths in chosen.values() for path in paths))
    return replace(settings, weights=weights, serving=dict(chosen))


def with_model(
    chosen: Chosen, model: KnownModel, models: Sequence[KnownModel]
) -> dict[ModelUse, tuple[Path, ...]]:
    """The choice in which a model, with its ensemble if it has one, serves all that it can."""
    return {
        use: _serving(use, model, models) if use in model.uses else paths
        for use, paths in chosen.items()
    }


def _first(use: ModelUse, in_use: Sequence[KnownModel]) -> tuple[Path, ...]:
    for model in in_use:
        if use in model.uses:
            return _serving(use, model, in_use)
    return ()


def _serving(use: ModelUse, model: KnownModel, among: Sequence[KnownModel]) -> tuple[Path, ...]:
    return _weights(fellow_members(model, among) if use.has_ensembles else (model,))


def _weights(group: Iterable[KnownModel]) -> tuple[Path, ...]:
    return tuple(model.weights for model in group)


def _title(group: Sequence[KnownModel]) -> str:
    return title_of_members([(model.name, model.version) for model in group])

"""Which weights are chosen, in words: names, versions, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from inference.errors import WeightsError
from inference.model_card import ModelCard
from viewer.commands.ensembles import ensembles_of, title_of_members
from viewer.commands.known_models import demonstration_weights
from viewer.domain.model_use import ModelUse
from viewer.jobs.model_shelf import card_beside
from viewer.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """A chosen file with its card, if it has one that can be read."""

    weights: Path
    card: ModelCard | None
    problem: str = ""


class ModelList(QObject):
    """The chosen weights as the screen names them; reads cards, never weights."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._demonstration = demonstration_weights()
        self._weights: tuple[Path, ...] = ()
        self._titles: tuple[str, ...] = ()
        self._problems: tuple[str, ...] = ()
        self._augmentations = 0
        self.use(settings)

    @property
    def weights(self) -> tuple[Path, ...]:
        """The chosen files."""
        return self._weights

    @property
    def is_empty(self) -> bool:
        """Whether nothing is chosen."""
        return not self._weights

    @property
    def titles(self) -> tuple[str, ...]:
        """Each model or ensemble in use; file names where there is no card."""
        return self._titles

    @property
    def cost(self) -> str:
        """What augmentations do to images, in a sentence; empty without."""
        count = self._augmentations
        if count == 0:
            return ""
        return f"Mean of {count} augmented passes: {count + 1} times the time."

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with cards, in sentences."""
        return self._problems

    @property
    def demonstration(self) -> tuple[Path, ...]:
        """The shipped weights."""
        return self._demonstration

    @property
    def has_demonstration(self) -> bool:
        """Whether a shipped file is among the chosen ones."""
        return bool(
            {p.resolve() for p in self._weights} & {p.resolve() for p in self._demonstration}
        )

    def use(self, settings: Settings) -> None:
        """Name the files of other settings."""
        self._augmentations = settings.augmentations
        chosen = {path: _read(path) for path in settings.weights}
        self._weights = settings.weights
        self._problems = tuple(each.problem for each in chosen.values() if each.problem)
        self._titles = tuple(map(_title, _groups(chosen, settings.serving)))
        self.changed.emit()


def title_of(weights: Path, card: ModelCard | None) -> str:
    """What the screen calls a weights file."""
    return f"{card.name} {card.version}".strip() if card else weights.name


def _read(path: Path) -> _Chosen:
    try:
        return _Chosen(weights=path, card=card_beside(path))
    except WeightsError as error:
        return _Chosen(weights=path, card=None, problem=str(error))


def _groups(
    chosen: Mapping[Path, _Chosen], serving: Mapping[ModelUse, tuple[Path, ...]]
) -> list[tuple[_Chosen, ...]]:
    """What runs as one: the groups that were chosen, then the rest by their cards."""
    groups: dict[tuple[Path, ...], tuple[_Chosen, ...]] = {}
    for paths in serving.values():
        known = tuple(path for path in paths if path in chosen)
        if known:
            groups[known] = tuple(chosen[path] for path in known)
    named = {path for paths in groups for path in paths}
    rest = [each for path, each in chosen.items() if path not in named]
    return [*groups.values(), *ensembles_of(rest)]


def _title(group: tuple[_Chosen, ...]) -> str:
    return title_of_members(
        [(e.card.name, e.card.version) if e.card else (e.weights.name, "") for e in group]
    )

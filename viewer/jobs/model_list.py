"""Which weights are chosen, in words: names, versions, and what is wrong with them."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from inference.errors import WeightsError
from inference.model_card import ModelCard
from viewer.jobs.model_shelf import card_beside


def demonstration_weights() -> tuple[Path, ...]:
    """The weights the program ships; empty when there are none."""
    folder = Path(str(resources.files("resources"))) / "weights"
    return tuple(sorted(folder.glob("*.safetensors")))


class ModelList(QObject):
    """The chosen weights as the screen names them; reads cards, never weights."""

    changed = Signal()

    def __init__(self, weights: tuple[Path, ...], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._demonstration = demonstration_weights()
        self._weights: tuple[Path, ...] = ()
        self._titles: tuple[str, ...] = ()
        self._problems: tuple[str, ...] = ()
        self.use(weights)

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
        """Name and version of each file, or its file name where there is no card."""
        return self._titles

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

    def use(self, weights: tuple[Path, ...]) -> None:
        """Name other files."""
        titles, problems = [], []
        for path in weights:
            try:
                card = card_beside(path)
            except WeightsError as error:
                problems.append(str(error))
                card = None
            titles.append(title_of(path, card))
        self._weights, self._titles, self._problems = weights, tuple(titles), tuple(problems)
        self.changed.emit()


def title_of(weights: Path, card: ModelCard | None) -> str:
    """What the screen calls a weights file."""
    return f"{card.name} {card.version}".strip() if card else weights.name

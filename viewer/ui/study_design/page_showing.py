"""What each phase may show beside the images."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from viewer.domain.view import ImageKind
from viewer.study.protocol import AiLayer, Showing
from viewer.ui.study_design.design_page import DesignPage, silently
from viewer.ui.study_design.draft import Draft

_LAYERS = {
    AiLayer.SALIENCY: "AI: saliency maps",
    AiLayer.PATCHES: "AI: patches",
    AiLayer.SCORES: "AI: scores",
}
_PHASES = (("alone", "Alone"), ("aided", "With the AI"))
_NEVER = "Never while alone: the AI is sealed until the answer is locked."


class ShowingPage(DesignPage):
    """Two columns of ticks, one a phase."""

    title = "What is shown"
    places = (("alone",), ("aided",))

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(draft, parent)
        self.add_words(
            "Names, dates, paths and descriptions are never shown. Nothing of the AI, not even "
            "how many findings it has, is there before the answer alone is locked."
        )
        self.ticks: dict[tuple[str, str], QCheckBox] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(40)
        self._grid.setVerticalSpacing(10)
        for column, (_, words) in enumerate(_PHASES, start=1):
            label = QLabel(words, self.inside)
            label.setObjectName("heading")
            self._grid.addWidget(label, 0, column)
        for layer, words in _LAYERS.items():
            self._add_row(layer.value, words, is_ai=True)
        self._add_row("hybrid", "Hybrid score after the lock", is_ai=True)
        self._add_row("priors", "Priors")
        for kind in (ImageKind.DBT, ImageKind.SYNTHETIC_2D, ImageKind.FFDM):
            self._add_row(kind.value, kind.value)
        self._grid.setColumnStretch(3, 1)
        holder = QWidget(self.inside)
        holder.setLayout(self._grid)
        self.add_wide(holder, ("alone",), ("aided",))
        self.start()

    def follow(self) -> None:
        """Show the draft."""
        for phase, _ in _PHASES:
            showing = self._showing(phase)
            for key in [key for ph, key in self.ticks if ph == phase]:
                box = self.ticks[phase, key]
                silently(box, lambda b=box, k=key, s=showing: b.setChecked(_is_on(s, k)))  # type: ignore[misc]

    def _add_row(self, key: str, words: str, *, is_ai: bool = False) -> None:
        row = self._grid.rowCount()
        self._grid.addWidget(QLabel(words, self.inside), row, 0)
        for column, (phase, phase_words) in enumerate(_PHASES, start=1):
            box = QCheckBox(self.inside)
            box.setAccessibleName(f"{words}, {phase_words}")
            if is_ai and phase == "alone":
                box.setEnabled(False)
                box.setToolTip(_NEVER)
            box.toggled.connect(lambda on, p=phase, k=key: self._take(p, k, on))
            self.ticks[phase, key] = box
            self._grid.addWidget(box, row, column)

    def _showing(self, phase: str) -> Showing:
        return self.protocol.alone if phase == "alone" else self.protocol.aided

    def _take(self, phase: str, key: str, is_on: bool) -> None:
        changed = _with(self._showing(phase), key, is_on)
        self.set(**{phase: changed})


def _is_on(showing: Showing, key: str) -> bool:
    if key == "hybrid":
        return showing.hybrid
    if key == "priors":
        return showing.priors
    if key in {layer.value for layer in AiLayer}:
        return AiLayer(key) in showing.ai_layers
    return not showing.kinds or key in showing.kinds


def _with(showing: Showing, key: str, is_on: bool) -> Showing:
    if key == "hybrid":
        return replace(showing, hybrid=is_on)
    if key == "priors":
        return replace(showing, priors=is_on)
    if key in {layer.value for layer in AiLayer}:
        layer = frozenset({AiLayer(key)})
        layers = showing.ai_layers | layer if is_on else showing.ai_layers - layer
        return replace(showing, ai_layers=layers)
    every = [kind.value for kind in ImageKind]
    kinds = [kind for kind in every if (is_on if kind == key else _is_on(showing, kind))]
    return replace(showing, kinds=() if len(kinds) == len(every) else tuple(kinds))

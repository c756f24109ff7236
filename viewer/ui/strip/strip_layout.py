"""Where things lie in the slice strip."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

_LEFT = 74.0
_RIGHT = 132.0
_RIGHT_OF_MANY = 158.0
"""Room for a label with three digits on either side."""
_TICKS = 15.0
_BOTTOM = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StripLayout:
    """Where things lie in a strip, in its own pixels."""

    width: float
    height: float
    slices: int

    @property
    def track(self) -> QRectF:
        """The slices, from the first at the left to the last at the right."""
        return QRectF(
            _LEFT,
            _TICKS,
            max(1.0, self.width - _LEFT - (_RIGHT if self.slices < 100 else _RIGHT_OF_MANY)),
            max(1.0, self.height - _TICKS - _BOTTOM),
        )

    def cell(self, slice_index: int) -> QRectF:
        """The column of one slice."""
        width = self.track.width() / self.slices
        return QRectF(
            self.track.left() + slice_index * width, self.track.top(), width, self.track.height()
        )

    def slice_at(self, x: float) -> int:
        """The slice whose column holds x, clamped to the stack."""
        position = (x - self.track.left()) / self.track.width() * self.slices
        return min(max(int(position), 0), self.slices - 1)

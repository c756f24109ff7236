"""Progress bars of the command line, on stderr so that stdout can be piped."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class RunBars:
    """Two bars: the images of the run, and the slices of the present image."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._images = self._bars.add_task("Looking for exams", total=None)
        self._steps = self._bars.add_task("", total=None, visible=False)
        self._total = 0

    def __enter__(self) -> RunBars:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._bars.update(self._images, completed=self._total)
            self._bars.update(self._steps, visible=False)
        self._bars.stop()

    @property
    def search(self) -> _SearchBar:
        """The first bar while exams are looked for."""
        return _SearchBar(self)

    @property
    def inference(self) -> _StepBar:
        """The second bar while an image is scored."""
        return _StepBar(self)

    def image_started(self, name: str, number: int, total: int) -> None:
        """Move the first bar on."""
        self._total = total
        self._bars.update(self._images, description="Images", completed=number - 1, total=total)
        self._bars.update(self._steps, description=name, completed=0, total=None, visible=True)

    def search_moved(self, done: int, total: int | None) -> None:
        """Move the first bar while exams are looked for."""
        self._bars.update(self._images, completed=done, total=total)

    def step_moved(self, done: int, total: int, stage: str) -> None:
        """Move the second bar; a stage is preparing, slices or patches."""
        self._bars.update(self._steps, completed=done, total=total)


class _SearchBar:
    def __init__(self, bars: RunBars) -> None:
        self._bars = bars

    def update(self, done: int, total: int | None) -> None:
        self._bars.search_moved(done, total)


class _StepBar:
    def __init__(self, bars: RunBars) -> None:
        self._bars = bars

    def update(self, done: int, total: int, stage: str) -> None:
        self._bars.step_moved(done, total, stage)

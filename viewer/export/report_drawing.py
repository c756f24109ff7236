"""How figures of a report look: one style, colours that everyone can tell apart, two formats."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from viewer.export.report_document import Figure

PICTURE_DPI = 200
QUIET = "#8b939b"

# Okabe and Ito's palette, which the common colour vision deficiencies tell apart.
COLOURS: Mapping[str, str] = {
    "unaided": "#0072b2",
    "aided": "#d55e00",
    "hybrid": "#009e73",
    "ai": "#1d2126",
}
_OTHERS = ("#0072b2", "#d55e00", "#cc79a7", "#56b4e9", "#e69f00", "#009e73")


def colour_of(modality: str, place: int = 0) -> str:
    """The colour of a modality wherever it is drawn; `place` chooses one for names of tables."""
    return COLOURS.get(modality, _OTHERS[place % len(_OTHERS)])


@contextmanager
def report_style() -> Iterator[None]:
    """The style of reports, for everything drawn within; also a decorator."""
    style = resources.files("resources") / "report" / "report.mplstyle"
    with resources.as_file(style) as path, matplotlib.rc_context(fname=path):
        yield


def new_drawing(width_mm: float, height_mm: float) -> Drawing:
    """An empty drawing; use it within `report_style`, and give it to `finished`."""
    return Drawing(figsize=(width_mm / 25.4, height_mm / 25.4), layout="constrained")


def panels(drawing: Drawing, rows: int, columns: int) -> list[Axes]:
    """Make axes, row by row."""
    grid = drawing.subplots(rows, columns, squeeze=False)
    return [axes for row in grid for axes in row]


def unit_square(axes: Axes, across: str, up: str, title: str = "") -> None:
    """Axes from 0 to 1 both ways, drawn square."""
    axes.set(xlim=(0, 1), ylim=(0, 1.005), xlabel=across, ylabel=up, title=title)
    axes.set_aspect("equal")
    axes.grid(visible=True, linewidth=0.3, color="#d5d9de")
    axes.set_axisbelow(True)


def shared_legend(drawing: Drawing, axes: Axes, columns: int) -> None:
    """One legend below all panels, of what one of them shows."""
    handles, labels = axes.get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside lower center", ncols=columns)


def finished(
    drawing: Drawing, *, name: str, caption: str, alternative: str, width_mm: float = 165.0
) -> Figure:
    """The drawing as SVG and PNG."""
    files: dict[str, bytes] = {}
    for kind, metadata in (("svg", {"Date": None}), ("png", {"Software": "Tomolens"})):
        buffer = io.BytesIO()
        drawing.savefig(buffer, format=kind, dpi=PICTURE_DPI, metadata=metadata)
        files[kind] = buffer.getvalue()
    return Figure(
        name=name,
        caption=caption,
        alternative=alternative,
        svg=files["svg"],
        png=files["png"],
        width_mm=width_mm,
    )

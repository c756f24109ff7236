"""`tomolens screenshot`: the hanging or one view as a picture, without a display."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import UserError, errors_said
from viewer.cli_headless import paint_offscreen
from viewer.cli_weights import WEIGHTS_HELP, weights_named

if TYPE_CHECKING:
    from viewer.commands.screenshot import ShotRequest, VoiChoice

_SMALLEST, _LARGEST = 200, 16_000


def screenshot(
    path: Path = typer.Argument(
        ..., metavar="PATH", exists=True, help="A file or folder with an exam."
    ),
    output: Path = typer.Option(..., "--output", metavar="FILE", help="The PNG file to write."),
    weights: list[str] | None = typer.Option(
        None,
        "--weights",
        metavar="FILE|NAME",
        help=f"Run the AI and draw what it says. {WEIGHTS_HELP}",
    ),
    view: str | None = typer.Option(
        None, "--view", help="One view, such as RCC; all four when absent."
    ),
    kind: str | None = typer.Option(
        None, "--kind", help="dbt, synthetic, ffdm or ct; DBT first when absent."
    ),
    slice_number: str | None = typer.Option(
        None,
        "--slice",
        metavar="N|peak",
        help="A slice, from 1 as on the screen, or that of the highest malignant saliency.",
    ),
    size: str = typer.Option(
        "1920x1080", "--size", metavar="WxH", help="Of the picture, caption included."
    ),
    window: str | None = typer.Option(
        None,
        "--window",
        metavar="N|lut:N",
        help="A window of the header, or one of its VOI LUTs, from 1; its first when absent.",
    ),
    plain: bool = typer.Option(
        False, "--plain", help="One frame at its own resolution, 8 bits, without words or overlay."
    ),
    native: bool = typer.Option(
        False,
        "--native",
        help="With --plain: rows and columns as the file stores them, not turned for reading.",
    ),
) -> None:
    """Paint the four-view hanging, or one view, exactly as the window does, with a caption.

    The picture is de-identified: no name, no file name, no metadata.
    """
    with errors_said():
        request = _request(view, kind, slice_number, size, window)
        if output.suffix.lower() != ".png":
            raise UserError(f"{output.name}: pictures are written as .png", "end the name in .png")
        if native and not plain:
            raise UserError("--native is for one bare frame", "add --plain")
        files = list(weights_named(weights or []))
        paint_offscreen()
        from viewer.cli_paint import paint_plain, paint_screenshot

        if plain:
            paint_plain(path, output, files, request, native=native)
        else:
            paint_screenshot(path, output, files, request)
    typer.echo(str(output))


def _request(
    view: str | None,
    kind: str | None,
    slice_number: str | None,
    size: str,
    window: str | None,
) -> ShotRequest:
    from viewer.commands.screenshot import PEAK, ShotRequest, kind_called

    wanted: int | str | None = None
    if slice_number == PEAK:
        wanted = PEAK
    elif slice_number is not None:
        if not slice_number.isdecimal() or int(slice_number) < 1:
            raise UserError(f"--slice {slice_number} is no slice", "give a number from 1, or peak")
        wanted = int(slice_number)
    return ShotRequest(
        view=view.upper() if view else None,
        kind=kind_called(kind) if kind else None,
        slice_number=wanted,
        size=_size(size),
        voi=None if window is None else _voi(window),
    )


def _voi(text: str) -> VoiChoice:
    from viewer.commands.screenshot import VoiChoice

    match = re.fullmatch(r"(lut:)?([1-9]\d{0,3})", text.strip().lower())
    if match is None:
        raise UserError(f"--window {text} is no window", "give a number from 1, or lut:1")
    return VoiChoice(number=int(match[2]), lut=match[1] is not None)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[xX](\d{1,5})", text)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (_SMALLEST <= width <= _LARGEST and _SMALLEST <= height <= _LARGEST):
        raise UserError(
            f"--size {text} is no size", f"give WIDTHxHEIGHT, each {_SMALLEST} to {_LARGEST}"
        )
    return width, height

"""The picture of a study's design as SVG, for protocols and papers: dark on white."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from viewer.study.design_picture import (
    BoxRole,
    DesignPicture,
    PictureBox,
    PictureText,
    TextRole,
)

_FILL = {
    BoxRole.TRAINING: "#ffffff",
    BoxRole.ALONE: "#d9d9d9",
    BoxRole.AIDED: "#a9cbe8",
    BoxRole.ON_REQUEST: "#e4eff8",
    BoxRole.WASHOUT: "none",
}
_EDGE = {
    BoxRole.TRAINING: "#8c8c8c",
    BoxRole.ALONE: "#595959",
    BoxRole.AIDED: "#2f6fa7",
    BoxRole.ON_REQUEST: "#2f6fa7",
    BoxRole.WASHOUT: "none",
}
_DASHED = (BoxRole.ON_REQUEST, BoxRole.TRAINING)
_FONT = {
    TextRole.TITLE: 'font-size="15" font-weight="600"',
    TextRole.HEADING: 'font-size="13" font-weight="600"',
    TextRole.READER: 'font-size="13"',
    TextRole.NOTE: 'font-size="11" fill="#4d4d4d"',
}
_FAMILY = "Inter, Helvetica, Arial, sans-serif"


def design_svg(picture: DesignPicture) -> str:
    """The picture as an SVG document that stands alone."""
    size = f"{picture.width:g} {picture.height:g}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
        f'width="{picture.width:g}" height="{picture.height:g}" role="img" '
        f'font-family="{_FAMILY}" fill="#1a1a1a">',
        f"<title>{_plain('Design of the study: ' + picture.title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for box in picture.boxes:
        lines += _box(box)
    lines += [_text(text) for text in picture.texts]
    return "\n".join([*lines, "</svg>", ""])


def _box(box: PictureBox) -> Iterator[str]:
    dash = ' stroke-dasharray="4 3"' if box.role in _DASHED else ""
    yield (
        f'<rect x="{box.left:g}" y="{box.top:g}" width="{box.width:g}" height="{box.height:g}" '
        f'rx="4" fill="{_FILL[box.role]}" stroke="{_EDGE[box.role]}"{dash}/>'
    )
    centre, middle = box.left + box.width / 2, box.top + box.height / 2
    offsets = (-3.0, 12.0) if box.detail else (4.0,)
    for line, offset in zip((box.text, box.detail), offsets, strict=False):
        size = 12 if line is box.text else 10
        yield (
            f'<text x="{centre:g}" y="{middle + offset:g}" font-size="{size}" '
            f'text-anchor="middle">{_plain(line)}</text>'
        )
    if box.is_locked:
        yield from _lock(box.left + box.width - 16, box.top + 5)


def _lock(left: float, top: float) -> Iterator[str]:
    """A closed padlock, 10 by 12 points."""
    yield (
        f'<path d="M{left + 2:g} {top + 5:g} v-2 a3 3 0 0 1 6 0 v2" fill="none" '
        'stroke="#1a1a1a" stroke-width="1.3"/>'
    )
    yield f'<rect x="{left:g}" y="{top + 5:g}" width="10" height="7" rx="1" fill="#1a1a1a"/>'


def _text(text: PictureText) -> str:
    anchor = ' text-anchor="middle"' if text.is_centred else ""
    return (
        f'<text x="{text.left:g}" y="{text.baseline:g}" {_FONT[text.role]}{anchor}>'
        f"{_plain(text.text)}</text>"
    )


def _plain(text: str) -> str:
    """Text for XML, which allows no control characters."""
    return escape("".join(sign if sign.isprintable() else " " for sign in text))

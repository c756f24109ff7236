"""A report as a PDF on A4 paper, with its sections as bookmarks."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

import matplotlib
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    Image,
    KeepTogether,
    ListFlowable,
    LongTable,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Paragraph as Text

from viewer.export.atomic_write import replacing
from viewer.export.report_document import (
    Block,
    Caution,
    Figure,
    Heading,
    Items,
    Paragraph,
    Report,
    Table,
)

_MARGIN = 20 * mm
_ROOM = A4[0] - 2 * _MARGIN
_INK = colors.HexColor("#1d2126")
_QUIET = colors.HexColor("#5c646c")
_LINE = colors.HexColor("#d5d9de")
_PLAIN = "DejaVu"
_BOLD = "DejaVu-Bold"
_FEWEST_COLUMNS_OF_SMALL_TYPE = 8
_CAPTION = 8.5
_FOOT = "Tomolens, for research use. Not a medical device; not for diagnosis."


class _Bookmarked(Text):
    """A section's title that the reader's side panel lists."""

    def draw(self) -> None:
        """Set the title and its bookmark."""
        name = f"section-{id(self)}"
        self.canv.bookmarkPage(name)
        self.canv.addOutlineEntry(self.getPlainText(), name, level=0)
        super().draw()


def write_pdf(report: Report, path: Path) -> None:
    """Write the PDF; raises CannotWrite."""
    _load_fonts()
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=report.title,
        author="Tomolens",
        # Two reports of the same results are then the same file.
        invariant=1,
    )
    frame = Frame(_MARGIN, _MARGIN, _ROOM, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=_foot))
    flow: list[Flowable] = [
        Text(escape(report.title), _style(17, bold=True, after=4)),
        Text(escape(report.subtitle), _style(9.5, colour=_QUIET, after=10)),
    ]
    for place, block in enumerate(report.blocks):
        if isinstance(block, Heading):
            flow.append(CondPageBreak(_room_below(report.blocks[place + 1 :])))
        flow.extend(_flowables(block))
    document.build(flow)
    with replacing(path) as temporary:
        temporary.write_bytes(buffer.getvalue())


@lru_cache(maxsize=1)
def _load_fonts() -> None:
    # reportlab embeds TrueType only; matplotlib brings a typeface with Greek letters and signs.
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont(_PLAIN, folder / "DejaVuSans.ttf"))
    pdfmetrics.registerFont(TTFont(_BOLD, folder / "DejaVuSans-Bold.ttf"))


def _style(
    size: float,
    *,
    bold: bool = False,
    colour: colors.Color = _INK,
    before: float = 0,
    after: float = 5,
    right: bool = False,
) -> ParagraphStyle:
    return ParagraphStyle(
        name=f"text-{size}-{bold}-{right}",
        fontName=_BOLD if bold else _PLAIN,
        fontSize=size,
        leading=size * 1.38,
        textColor=colour,
        spaceBefore=before,
        spaceAfter=after,
        alignment=2 if right else 0,
        splitLongWords=True,
    )


def _flowables(block: Block) -> list[Flowable]:
    match block:
        case Heading(text, 1):
            return [_Bookmarked(escape(text), _style(13, bold=True, before=14, after=5))]
        case Heading(text):
            return [Text(escape(text), _style(10.5, bold=True, before=8, after=3))]
        case Paragraph(text):
            return [Text(escape(text), _style(9))]
        case Caution(text):
            style = _style(9, before=3, after=7)
            style.borderColor, style.borderWidth = colors.HexColor("#8a5a00"), 0.7
            style.borderPadding, style.backColor = 5, colors.HexColor("#fbf6ec")
            style.leftIndent = style.rightIndent = 6
            return [Text(f'<font name="{_BOLD}">Note.</font> {escape(text)}', style)]
        case Items(texts):
            items = [Text(escape(text), _style(9, after=2)) for text in texts]
            return [ListFlowable(items, bulletType="bullet", start="•", leftIndent=12)]
        case Figure():
            return [_figure(block)]
        case Table():
            return _table(block)


def _room_below(blocks: tuple[Block, ...]) -> float:
    """How much must fit below a title, so that it does not stand alone at a page's foot."""
    following = next((block for block in blocks if not isinstance(block, Heading)), None)
    if isinstance(following, Figure):
        return float(_picture(following).drawHeight + 30 * mm)
    return 45 * mm


def _picture(figure: Figure) -> Image:
    picture = Image(io.BytesIO(figure.png))
    width = min(figure.width_mm * mm, _ROOM)
    highest = A4[1] - 2 * _MARGIN - 60 * mm
    scale = min(width / picture.imageWidth, highest / picture.imageHeight)
    picture.drawWidth, picture.drawHeight = picture.imageWidth * scale, picture.imageHeight * scale
    picture.hAlign = "LEFT"
    return picture


def _figure(figure: Figure) -> Flowable:
    picture = _picture(figure)
    caption = Text(escape(figure.caption), _style(8, colour=_QUIET, after=8))
    return KeepTogether([Spacer(0, 6), picture, Spacer(0, 3), caption])


def _table(table: Table) -> list[Flowable]:
    columns = len(table.header)
    size = 6.6 if columns >= _FEWEST_COLUMNS_OF_SMALL_TYPE else 8
    caption: list[object] = [Text(escape(table.caption), _style(_CAPTION, bold=True, after=0))]
    cells: list[list[object]] = [
        [*caption, *[""] * (columns - 1)],
        _row(table, table.header, size, bold=True),
    ]
    cells += [_row(table, row, size, bold=False) for row in table.rows]
    grid = LongTable(cells, colWidths=_widths(table, size), repeatRows=2, hAlign="LEFT")
    grid.setStyle(
        TableStyle(
            [
                ("SPAN", (0, 0), (-1, 0)),
                ("LINEBELOW", (0, 1), (-1, 1), 0.9, _INK),
                ("LINEBELOW", (0, 2), (-1, -1), 0.3, _LINE),
                # A title with its head and one row stay together.
                ("NOSPLIT", (0, 0), (-1, 2)),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ]
        )
    )
    flow: list[Flowable] = [Spacer(0, 6), grid]
    if table.note:
        flow.append(Text(escape(table.note), _style(7.5, colour=_QUIET, before=2)))
    flow.append(Spacer(0, 6))
    return flow


def _row(table: Table, row: tuple[str, ...], size: float, *, bold: bool) -> list[object]:
    return [
        Text(
            escape(cell),
            _style(size, bold=bold, after=0, right=column not in table.text_columns),
        )
        for column, cell in enumerate(row)
    ]


def _widths(table: Table, size: float) -> list[float]:
    """Share the page's width: figures are never broken, texts take what is left."""
    wanted = [_wanted(table, column, size) for column in range(len(table.header))]
    room = _ROOM - 0.1
    if sum(wanted) <= room:
        # The title spans the columns: a narrow table is widened rather than its title broken.
        title = min(stringWidth(table.caption, _BOLD, _CAPTION) + 8, room)
        return [width * max(1.0, title / sum(wanted)) for width in wanted]
    texts = sum(width for place, width in enumerate(wanted) if place in table.text_columns)
    left = room - (sum(wanted) - texts)
    if not texts or left < texts / 4:
        return [width * room / sum(wanted) for width in wanted]
    return [
        width * left / texts if place in table.text_columns else width
        for place, width in enumerate(wanted)
    ]


def _wanted(table: Table, column: int, size: float) -> float:
    """The width of the longest cell; long texts held back, heads broken at spaces."""
    cells = max((stringWidth(row[column], _PLAIN, size) for row in table.rows), default=0.0)
    head = max(stringWidth(word, _BOLD, size) for word in table.header[column].split() or [""])
    return float(max(min(cells, 60 * mm), head) + 7)


def _foot(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.saveState()
    canvas.setFont(_PLAIN, 7)
    canvas.setFillColor(_QUIET)
    canvas.drawString(_MARGIN, 11 * mm, _FOOT)
    canvas.drawRightString(A4[0] - _MARGIN, 11 * mm, f"{document.page}")
    canvas.restoreState()

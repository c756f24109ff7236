"""A report as one web page that needs no other file and no network."""

from __future__ import annotations

import base64
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from viewer.export.atomic_write import replacing
from viewer.export.report_document import (
    Caution,
    Figure,
    Heading,
    Items,
    Paragraph,
    Report,
    Table,
)

_KINDS = {
    "heading": Heading,
    "paragraph": Paragraph,
    "caution": Caution,
    "items": Items,
    "table": Table,
    "figure": Figure,
}


def html_of(report: Report) -> str:
    """The page as text; every word of the report is escaped, figures are embedded."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    for name, kind in _KINDS.items():
        environment.tests[name] = lambda block, kind=kind: isinstance(block, kind)
    environment.filters["base64"] = _base64
    template = (resources.files("resources") / "report" / "report.html").read_text("utf-8")
    return environment.from_string(template).render(report=report)


def write_html(report: Report, path: Path) -> None:
    """Write the page; raises CannotWrite."""
    content = html_of(report)
    with replacing(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


def _base64(content: bytes) -> Markup:
    return Markup(base64.b64encode(content).decode("ascii"))

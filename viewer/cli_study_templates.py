"""`tomolens study templates`: tables to fill in."""

from __future__ import annotations

from pathlib import Path

import typer

from viewer.cli_errors import UserError, errors_said


def templates(
    folder: Path = typer.Argument(..., metavar="FOLDER", help="Where the tables are written."),
) -> None:
    """Write cases.csv and readers.csv as examples to fill in; nothing is overwritten."""
    with errors_said():
        from viewer.export.atomic_write import make_folder, replacing
        from viewer.loading.reader_list import TEMPLATE as READERS
        from viewer.loading.worklist_check import TEMPLATE as CASES

        make_folder(folder)
        wanted = {folder / "cases.csv": CASES, folder / "readers.csv": READERS}
        for path in wanted:
            if path.exists():
                raise UserError(f"{path} is there already", "choose another folder")
        for path, text in wanted.items():
            with replacing(path) as temporary:
                temporary.write_text(text, encoding="utf-8")
            typer.echo(f"{path}")

"""Asks for files; one place, so that tests answer instead of a person."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

_IMAGES = "All files (*);;DICOM (*.dcm *.dicom);;Volumes (*.nii *.nii.gz *.nrrd *.mha *.mhd)"


class FileChooser:
    """Qt's dialogs; each remembers the folder of the last choice."""

    def __init__(self) -> None:
        self._folder = ""

    def files_to_open(self, parent: QWidget) -> list[Path]:
        """Ask for files; empty when nothing was chosen."""
        names, _ = QFileDialog.getOpenFileNames(parent, "Open files", self._folder, _IMAGES)
        paths = [Path(name) for name in names]
        if paths:
            self._folder = str(paths[0].parent)
        return paths

    def folder_to_open(self, parent: QWidget) -> Path | None:
        """Ask for a folder."""
        name = QFileDialog.getExistingDirectory(parent, "Open folder", self._folder)
        if not name:
            return None
        self._folder = name
        return Path(name)

    def file_to_save(
        self, parent: QWidget, *, title: str, name: str, formats: tuple[str, ...]
    ) -> tuple[Path, str] | None:
        """Ask where to write; returns the path and which of the formats was chosen.

        formats: such as "PNG (*.png)"; the first is offered.
        """
        start = str(Path(self._folder or str(Path.home())) / name)
        chosen, kind = QFileDialog.getSaveFileName(parent, title, start, ";;".join(formats))
        if not chosen:
            return None
        path = Path(chosen)
        self._folder = str(path.parent)
        kind = kind or formats[0]
        if not path.suffix:
            path = path.with_suffix(kind.split("*", 1)[1].rstrip(")").split()[0])
        return path, kind

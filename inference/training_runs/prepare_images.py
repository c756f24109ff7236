"""Preparing every image once, before the first epoch: what networks see, kept in files.

Decoding a volume and finding its breast takes longer than a training step; what is kept is the
part of the image that any shift of the network's window can show.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path

import numpy as np

from inference.atomic_file import write_atomically
from inference.errors import InferenceError
from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.training_runs.errors import RunFolderError, TrainingDataError
from inference.training_runs.examples import PreparedImage, TrainingImage
from inference.training_runs.run_progress import TrainingProgress
from inference.types import ImageSource


class ImagePreparation:
    """Prepares images for one size of input, into one folder."""

    def __init__(
        self, *, folder: Path, input_rows: int, input_columns: int, margin_pixels: int
    ) -> None:
        """margin_pixels: how far beyond the window pixels are kept."""
        self._rows, self._columns, self._margin = input_rows, input_columns, margin_pixels
        self._folder = folder / f"{input_rows}x{input_columns}+{margin_pixels}"

    def prepare_all(
        self, images: Sequence[TrainingImage], *, threads: int, progress: TrainingProgress
    ) -> tuple[PreparedImage, ...]:
        """Prepare what is not prepared yet; in the order of `images`.

        Raises TrainingDataError naming the image that cannot be used, and RunFolderError when
        the files cannot be written.
        """
        self._make_folder()
        with ThreadPoolExecutor(max(1, threads)) as pool:
            futures = [pool.submit(self.prepare_one, image) for image in images]
            try:
                for done, future in enumerate(as_completed(futures), start=1):
                    future.result()
                    progress.prepared(done, len(images))
            except BaseException:
                _give_up(futures)
                raise
        return tuple(future.result() for future in futures)

    def prepare_one(self, image: TrainingImage) -> PreparedImage:
        """Prepare one image, or find that it was."""
        notes = self._folder / f"{image.known.key}.json"
        pixels = self._folder / f"{image.known.key}.npy"
        if not (notes.is_file() and pixels.is_file()):
            try:
                self._write(image, pixels, notes)
            except InferenceError as error:
                raise TrainingDataError(
                    f"{image.known.name} cannot be prepared: {error}",
                    "take it out of the label table, or repair it",
                ) from error
            except OSError as error:
                raise RunFolderError(
                    f"prepared images cannot be written: {error.strerror or error}",
                    "free some space, or name another folder as [data] prepared",
                ) from error
        kept = json.loads(notes.read_text(encoding="utf-8"))
        return PreparedImage(
            known=image.known,
            path=pixels,
            top=kept["top"],
            left=kept["left"],
            input_rows=self._rows,
            input_columns=self._columns,
        )

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunFolderError(f"{self._folder} cannot be made: {error.strerror}") from error

    def _write(self, image: TrainingImage, pixels: Path, notes: Path) -> None:
        opened = image.open_image()
        prepared = prepare(
            opened,
            input_rows=self._rows,
            input_columns=self._columns,
            progress=SilentProgress(),
        )
        placement, breast = prepared.placement, prepared.breast
        top = placement.row_offset - self._margin
        left = placement.column_offset - self._margin
        rows = slice(max(top, breast.top), min(top + self._rows + 2 * self._margin, breast.bottom))
        columns = slice(
            max(left, breast.left), min(left + self._columns + 2 * self._margin, breast.right)
        )
        partial = pixels.with_suffix(".partial")
        try:
            _write_slices(opened.source, placement.mirrored, rows, columns, partial)
            partial.replace(pixels)
        finally:
            partial.unlink(missing_ok=True)
        kept = {
            "top": rows.start - placement.row_offset,
            "left": columns.start - placement.column_offset,
        }
        # Last: it says that the pixels are whole.
        write_atomically(notes, json.dumps(kept).encode())


def _write_slices(
    source: ImageSource, mirrored: bool, rows: slice, columns: slice, path: Path
) -> None:
    """Write the part of every slice as one array file, a slice at a time in memory."""
    shape = (source.slices, rows.stop - rows.start, columns.stop - columns.start)
    dtype = None
    with path.open("wb") as file:
        for slice_index in range(source.slices):
            values = source.read_slice(slice_index)
            values = values[:, ::-1] if mirrored else values
            if dtype is None:
                dtype = np.dtype(np.uint16 if values.dtype == np.uint16 else np.float32)
                np.lib.format.write_array_header_1_0(
                    file, {"descr": dtype.str, "fortran_order": False, "shape": shape}
                )
            file.write(np.ascontiguousarray(values[rows, columns], dtype=dtype).tobytes())


def _give_up(futures: Sequence[Future[PreparedImage]]) -> None:
    for future in futures:
        future.cancel()

"""A DICOM file's attributes without its pixels, and where the pixels begin."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
from pydicom import config
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filebase import DicomFileLike
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from viewer.loading.errors import UnreadableFile
from viewer.loading.unparsable import UNPARSABLE

# Invalid values are common in real files; each is checked where it is used. pydicom's own
# warnings about them would quote the values, which may be a patient's.
config.settings.reading_validation_mode = config.IGNORE

_DICOMDIR = "1.2.840.10008.1.3.10"
_DAMAGED = "a DICOM file whose header is damaged or cut short"


class PlainCopy:
    """A temporary file that goes when this object goes."""

    def __init__(self) -> None:
        handle, name = tempfile.mkstemp(prefix="tomolens-", suffix=".dcm")
        os.close(handle)
        self.path = Path(name)
        weakref.finalize(self, self.path.unlink, missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomHeader:
    """A data set up to its pixels."""

    path: Path
    """Of the file that was opened, for messages to the reader only."""
    dataset: Dataset = field(repr=False)
    transfer_syntax: UID
    pixel_path: Path
    """The file to take pixels from: the same, or its inflated copy."""
    pixel_offset: int
    """Where the pixel data element begins; the file's size when there is none."""
    copy: PlainCopy | None = field(default=None, repr=False)
    """Keeps the inflated copy alive."""

    @property
    def has_pixels(self) -> bool:
        """True when something follows the header."""
        return self.pixel_offset + 8 <= self.pixel_path.stat().st_size


def read_header(path: Path) -> DicomHeader:
    """Read everything before the pixels; raises UnreadableFile."""
    header = _read(path, path, None)
    if header.transfer_syntax != DeflatedExplicitVRLittleEndian:
        return header
    try:
        copy = PlainCopy()
    except OSError as error:
        raise UnreadableFile("no room for temporary files") from error
    _inflate(path, header.dataset, copy.path)
    return _read(path, copy.path, copy)


def _read(path: Path, pixel_path: Path, copy: PlainCopy | None) -> DicomHeader:
    try:
        with pixel_path.open("rb") as file:
            dataset = pydicom.dcmread(file, stop_before_pixels=True, force=True)
            offset = file.tell()
    except OSError as error:
        raise UnreadableFile("cannot be read (permission or disk)") from error
    except UNPARSABLE as error:
        raise UnreadableFile(_DAMAGED) from error
    meta = dataset.file_meta
    if meta.get("MediaStorageSOPClassUID") == _DICOMDIR:
        raise UnreadableFile("a DICOMDIR index; its images are opened themselves")
    if "SOPClassUID" not in dataset:
        raise UnreadableFile("not a DICOM object (no SOP class)")
    syntax = meta.get("TransferSyntaxUID") or _guessed_syntax(dataset)
    return DicomHeader(
        path=path,
        dataset=dataset,
        transfer_syntax=UID(str(syntax)),
        pixel_path=pixel_path,
        pixel_offset=offset,
        copy=copy,
    )


def _guessed_syntax(dataset: Dataset) -> UID:
    return ImplicitVRLittleEndian if dataset.original_encoding[0] else ExplicitVRLittleEndian


def _inflate(path: Path, dataset: Dataset, target: Path) -> None:
    """Write a deflated data set as explicit little endian."""
    meta = dataset.file_meta
    length = int(meta.get("FileMetaInformationGroupLength", 0))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        with path.open("rb") as packed, target.open("wb") as plain:
            plain.write(bytes(128) + b"DICM")
            write_file_meta_info(DicomFileLike(plain), meta, enforce_standard=False)
            # Preamble, prefix and the 12 bytes of the group length element come before the group.
            packed.seek(132 + 12 + length)
            while block := packed.read(1 << 20):
                plain.write(unpacker.decompress(block))
            plain.write(unpacker.flush())
    except zlib.error as error:
        raise UnreadableFile(_DAMAGED) from error
    except OSError as error:
        free = shutil.disk_usage(target.parent).free
        why = "no room for temporary files" if free < (1 << 26) else "cannot be read"
        raise UnreadableFile(why) from error
    if not unpacker.eof:
        raise UnreadableFile("cut short; send it again")


def text(dataset: Dataset, keyword: str) -> str:
    """Return an attribute as text without surrounding blanks; empty when absent."""
    try:
        value = dataset.get(keyword)
    except (ValueError, TypeError, KeyError, NotImplementedError, AttributeError):
        return ""
    return "" if value is None else str(value).strip()


def is_stated(dataset: Dataset, keyword: str) -> bool:
    """Return whether an attribute has a value, be it one that cannot be read."""
    if keyword not in dataset:
        return False
    raw = dataset.get_item(keyword)
    return raw is not None and raw.value not in (None, "", b"")


def words(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Return a multi-valued text attribute, upper case; empty when absent."""
    try:
        value = dataset.get(keyword)
    except (ValueError, TypeError, KeyError, NotImplementedError, AttributeError):
        return ()
    if value is None or value == "":
        return ()
    items = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
    return tuple(str(item).strip().upper() for item in items)


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Return an attribute's numbers; empty when absent or when one of them is not a number."""
    try:
        value = dataset.get(keyword)
        if value is None or isinstance(value, bytes) or value == "":
            return ()
        items = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
        return tuple(float(item) for item in items)
    except (ValueError, TypeError, KeyError, OverflowError, NotImplementedError, AttributeError):
        return ()


def number(dataset: Dataset, keyword: str) -> float | None:
    """Return an attribute's first number, or None."""
    found = numbers(dataset, keyword)
    return found[0] if found else None


def whole(dataset: Dataset, keyword: str, default: int) -> int:
    """Return an attribute's first number as an integer, or the default."""
    found = number(dataset, keyword)
    return default if found is None or found != found else int(found)


def items(dataset: Dataset, keyword: str) -> tuple[Dataset, ...]:
    """Return the items of a sequence; empty when absent."""
    try:
        value = dataset.get(keyword)
    except (ValueError, TypeError, KeyError, NotImplementedError, AttributeError, EOFError):
        return ()
    if value is None or not isinstance(value, pydicom.sequence.Sequence):
        return ()
    return tuple(value)


def replaced(dataset: Dataset, **values: object) -> Dataset:
    """Return a data set with other values of some attributes; the first one stays as it was."""
    changed = Dataset()
    is_implicit, is_little = dataset.original_encoding
    changed.set_original_encoding(is_implicit, is_little, dataset.original_character_set)
    # An element that both data sets hold would change in both.
    changed.update({tag: dataset.get_item(tag) for tag in dataset.keys() - _tags(values)})
    for keyword, value in values.items():
        setattr(changed, keyword, value)
    return changed


def _tags(keywords: Iterable[str]) -> set[int | None]:
    return {tag_for_keyword(keyword) for keyword in keywords}


def first_item(dataset: Dataset, keyword: str) -> Dataset | None:
    """Return the first item of a sequence, or None."""
    found = items(dataset, keyword)
    return found[0] if found else None


def shared_group(dataset: Dataset, keyword: str) -> Dataset | None:
    """Return a functional group that all frames share, or None."""
    shared = first_item(dataset, "SharedFunctionalGroupsSequence")
    return None if shared is None else first_item(shared, keyword)


def frame_groups(dataset: Dataset, keyword: str) -> Iterator[Dataset | None]:
    """Yield a functional group of each frame that the header describes; None where it lacks."""
    for frame in items(dataset, "PerFrameFunctionalGroupsSequence"):
        yield first_item(frame, keyword)


def any_group(dataset: Dataset, keyword: str) -> Dataset | None:
    """Return the shared functional group, else the first frame's that has one, else None."""
    shared = shared_group(dataset, keyword)
    if shared is not None:
        return shared
    return next((group for group in frame_groups(dataset, keyword) if group is not None), None)

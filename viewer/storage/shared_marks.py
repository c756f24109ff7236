"""Files of marks that another program may change meanwhile: read, merged, written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from viewer.domain.kept_marks import KeptMarks
from viewer.domain.merged_marks import merged
from viewer.storage.file_lock import FileIsHeld, FileLock
from viewer.storage.marks_file import MarksFile, marks_path, read_marks, write_marks
from viewer.storage.toml_file import NotKept

_LOCK = ".marks.lock"
_PATIENCE_S = 2.0

_Stamp = tuple[int, int, int] | None


@dataclass(slots=True)
class _Seen:
    """A file as this program last read or wrote it."""

    kept: KeptMarks = field(default_factory=KeptMarks)
    stamp: _Stamp = None


class SharedMarks:
    """The files of a folder; for one thread.

    A file is written under a lock, after what another program wrote has been merged in.
    """

    def __init__(self, folder: Path) -> None:
        """folder: it may not exist yet."""
        self._folder = folder
        self._seen: dict[str, _Seen] = {}

    def read(self, exam_id: str) -> MarksFile:
        """Read an exam's marks, which later changes are compared with."""
        stamp = self._stamp(exam_id)
        found = read_marks(self._folder, exam_id)
        self._seen[exam_id] = _Seen(found.kept, stamp)
        return found

    def keep(self, exam_id: str, mine: KeptMarks) -> KeptMarks:
        """Write marks together with what another program wrote; returns what was written.

        Raises NotKept; what was there before is untouched then.
        """
        path = marks_path(self._folder, exam_id)
        try:
            with self._locked():
                theirs = self._theirs(exam_id)
                base = self._seen.get(exam_id, _Seen()).kept
                whole = mine if theirs is None else merged(base, mine, theirs)
                # A file that says the same already is left alone: the others would read it anew.
                if whole != (base if theirs is None else theirs):
                    write_marks(self._folder, exam_id, whole)
                self._seen[exam_id] = _Seen(whole, self._stamp(exam_id))
        except (FileIsHeld, ValueError) as error:
            raise NotKept(path, OSError(str(error))) from error
        return whole

    def news(self, exam_id: str) -> KeptMarks | None:
        """What another program wrote since this one read or wrote; None: nothing.

        The marks compared with stay those of before: merging is up to `keep`.
        """
        return self._theirs(exam_id)

    def base(self, exam_id: str) -> KeptMarks:
        """What this program last read or wrote."""
        return self._seen.get(exam_id, _Seen()).kept

    def _theirs(self, exam_id: str) -> KeptMarks | None:
        stamp = self._stamp(exam_id)
        before = self._seen.get(exam_id, _Seen()).stamp
        # A folder that is gone, as of a share, says nothing of what was deleted in it.
        if stamp == before or not self._folder.is_dir():
            return None
        found = read_marks(self._folder, exam_id)
        if not found.may_replace:
            raise NotKept(marks_path(self._folder, exam_id), OSError(found.complaint or ""))
        return None if found.complaint is not None else found.kept

    def _stamp(self, exam_id: str) -> _Stamp:
        try:
            facts = marks_path(self._folder, exam_id).stat()
        except OSError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the folder's lock; on a drive that cannot lock, go on without."""
        lock = FileLock(self._folder / _LOCK)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire(timeout_s=_PATIENCE_S)
        except OSError:
            yield
            return
        try:
            yield
        finally:
            lock.release()

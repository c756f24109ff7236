"""Files that only their owner may read, whole or absent at every moment."""

from __future__ import annotations

import os
from pathlib import Path

from inference.unfinished_file import reserve_beside
from viewer.storage.sync_folder import sync_folder


def write_private(path: Path, content: bytes) -> None:
    """Write beside `path`, sync and rename; raises OSError.

    The file has mode 0600 from its first byte on (on Windows the folder's rights decide).
    """
    descriptor, temporary = reserve_beside(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_shared(path: Path, content: bytes) -> None:
    """The same for a file whose content is no secret: readable as the user's umask says."""
    umask = os.umask(0)
    os.umask(umask)
    write_private(path, content)
    path.chmod(0o666 & ~umask)

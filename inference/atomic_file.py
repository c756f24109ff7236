"""Writing a file so that a reader sees the old one or the whole new one."""

from __future__ import annotations

import os
from pathlib import Path

from inference.unfinished_file import reserve_beside


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary name beside `path`, sync, and rename."""
    descriptor, temporary = reserve_beside(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # It was reserved as a private file; these are ordinary ones.
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)

"""Short, meaningless and stable names for studies and images."""

from __future__ import annotations

import hashlib
from pathlib import Path

_SAMPLE_BYTES = 1 << 16


def short_hash(*parts: str) -> str:
    """Return 16 hex digits that say nothing about the parts."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=8).hexdigest()


def file_hash(path: Path) -> str:
    """Return 16 hex digits from a file's name, size, beginning and end.

    Volumes are too large to be read whole for a name. Raises OSError.
    """
    size = path.stat().st_size
    digest = hashlib.blake2b(f"{path.name}\x1f{size}".encode("utf-8", "surrogatepass"))
    with path.open("rb") as file:
        digest.update(file.read(_SAMPLE_BYTES))
        if size > _SAMPLE_BYTES:
            file.seek(max(_SAMPLE_BYTES, size - _SAMPLE_BYTES))
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:16]

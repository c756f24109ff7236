"""One frame decoded by pydicom's plug-ins in a process of its own, where they may hold the GIL.

Rarely needed: for streams that imagecodecs refuses. Run as a module it writes the decoded frame as
a .npy stream to its standard output.
"""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.loading.errors import UnreadableImage

_SECONDS = 60.0


def decode_apart(path: Path, frame: int) -> NDArray[Any]:
    """Return the raw pixels of one frame; raises UnreadableImage when pydicom fails, too."""
    command = [sys.executable, "-m", __name__, str(path), str(frame)]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=_SECONDS)
        return np.asarray(np.load(io.BytesIO(done.stdout), allow_pickle=False))
    except (OSError, subprocess.SubprocessError, ValueError, EOFError) as error:
        raise UnreadableImage("This slice is damaged", hint="send the file again") from error


def main() -> None:
    """Decode the frame named on the command line."""
    from pydicom.pixels.utils import pixel_array

    warnings.simplefilter("ignore")
    pixels = pixel_array(Path(sys.argv[1]), index=int(sys.argv[2]), raw=True)
    np.save(sys.stdout.buffer, pixels, allow_pickle=False)


if __name__ == "__main__":
    main()

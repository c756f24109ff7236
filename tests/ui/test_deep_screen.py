"""On a screen of 10 bits a channel all 1,024 levels of grey arrive, on others 256: as is said."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

TESTS = Path(__file__).resolve().parents[1]
SIZE = "1280x800"


@contextmanager
def virtual_screen(depth: int, folder: Path) -> Iterator[str]:
    """A virtual screen whose picture is a file in a folder; gives its name for DISPLAY."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [
            *("Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SIZE}x{depth}"),
            *("-fbdir", str(folder), "-nolisten", "tcp"),
        ],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is absent")
@pytest.mark.parametrize(("depth", "levels"), [(24, 256), (30, 1024)])
def test_as_many_levels_arrive_on_the_screen_as_are_said(
    tmp_path: Path, depth: int, levels: int
) -> None:
    ramp = np.rint(np.linspace(0, 65535, 1600)).astype(np.uint16)
    cv2.imwrite(str(tmp_path / "ramp.png"), np.tile(ramp, (1200, 1)))
    with virtual_screen(depth, tmp_path) as display:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("QT_", "WAYLAND"))}
        script = subprocess.run(
            [
                *(sys.executable, "-P", str(TESTS / "deep_window.py")),
                *(str(tmp_path / name) for name in ("Xvfb_screen0", "home", "ramp.png")),
            ],
            env=environment
            | {"DISPLAY": display, "PYTHONPATH": str(TESTS.parent), "QT_QPA_PLATFORM": "xcb"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    if 'Could not load the Qt platform plugin "xcb"' in script.stderr:
        pytest.skip("libraries of Qt's xcb plugin are absent")
    assert script.returncode == 0, script.stderr
    said = json.loads(script.stdout.splitlines()[-1])
    deep = levels == 1024
    assert len(said["pattern"]) == levels
    assert f"{levels:,} levels of grey are painted" in said["facts"]
    assert ("10-bit grey" in said["status"]) is deep
    # A pane of 640 columns has room for as many levels of a ramp.
    assert len(said["image"]) > 500 if deep else len(said["image"]) <= 256

"""Choosing where networks run, and the process's own settings."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest
import torch

from inference.device import (
    DevicePreference,
    choose_device,
    cpu,
    thread_count,
)
from inference.errors import DeviceUnavailableError


def test_the_cpu_is_described_with_its_threads() -> None:
    assert choose_device("cpu", threads=2).name == "CPU, 2 threads"
    assert cpu(1).name == "CPU, 1 thread"
    assert cpu().torch_device.type == "cpu"


def test_auto_takes_a_gpu_only_where_there_is_one() -> None:
    assert choose_device("auto").kind == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("preference", ["cuda", "cuda-exact"])
def test_asking_for_a_gpu_that_is_not_there_is_an_error_with_a_way_out(
    preference: DevicePreference,
) -> None:
    if torch.cuda.is_available():
        device = choose_device(preference)
        assert device.kind == "cuda"
        assert device.is_mixed is (preference == "cuda")
    else:
        with pytest.raises(DeviceUnavailableError, match="choose auto or cpu"):
            choose_device(preference)


def test_the_thread_count_is_put_back_afterwards() -> None:
    before = torch.get_num_threads()
    with thread_count(1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
    with thread_count(None):
        assert torch.get_num_threads() == before


def _python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_freed_memory_is_kept_on_glibc_and_nothing_breaks_elsewhere() -> None:
    code = (
        "from inference.process import keep_freed_memory, release_freed_memory; "
        "kept = keep_freed_memory(); release_freed_memory(); print(kept)"
    )
    assert _python(code) == str(platform.libc_ver()[0] == "glibc")


def test_preparing_the_process_keeps_what_the_user_has_set() -> None:
    code = (
        "import os; {} import inference; from inference.process import prepare_process; "
        "early = os.environ['GOMP_SPINCOUNT']; prepare_process(); "
        "print(early, os.environ['GOMP_SPINCOUNT'])"
    )
    assert _python(code.format("os.environ.pop('GOMP_SPINCOUNT', None);")) == "1000 1000"
    assert _python(code.format("os.environ['GOMP_SPINCOUNT'] = '7';")) == "7 7"


def test_the_public_types_are_imported_without_torch() -> None:
    modules = "types, breast, errors, progress, process, model_card, prepare"
    code = f"import sys; from inference import {modules}; print('torch' in sys.modules)"
    assert _python(code) == "False"

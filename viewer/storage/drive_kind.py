"""Whether a path lies on a network drive, where SQLite's shared memory does not hold."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

MOUNTS = Path("/proc/mounts")

_NETWORK = frozenset(
    {
        "9p", "afs", "afpfs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph",
        "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.gvfsd-fuse", "fuse.rclone",
        "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs", "fuse.vmhgfs-fuse", "gfs2", "glusterfs",
        "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb2", "smb3",
        "smbfs", "vboxsf", "virtiofs", "webdav",
    }
)  # fmt: skip

_OCTAL = re.compile(r"\\([0-7]{3})")
_DRIVE_REMOTE = 4


def is_network_drive(path: Path, *, mounts: Path = MOUNTS) -> bool:
    """Whether an existing path lies on a drive of another machine.

    mounts: the system's table of mounted file systems. False where the system does not tell.
    """
    return _is_remote(path.resolve(), mounts)


def file_system_of(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system a resolved path is on, as Linux names it; empty when unknown."""
    try:
        lines = os.fsdecode(mounts.read_bytes()).splitlines()
    except OSError:
        return ""
    best, kind = -1, ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = Path(_OCTAL.sub(lambda code: chr(int(code[1], 8)), fields[1]))
        # Later lines cover earlier ones at the same place.
        if path.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), fields[2]
    return kind


if sys.platform == "win32":
    import ctypes

    def _is_remote(path: Path, mounts: Path) -> bool:
        if path.drive.startswith("\\\\"):
            return True
        return ctypes.windll.kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE

else:

    def _is_remote(path: Path, mounts: Path) -> bool:
        return file_system_of(path, mounts) in _NETWORK

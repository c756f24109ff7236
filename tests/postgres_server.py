"""A PostgreSQL server of the tests' own, on a free port; nothing of the system's is touched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SUPERUSER = "tomolens"


class NoServer(Exception):
    """Why no server can be started here."""


@dataclass(frozen=True)
class Server:
    """A running server that trusts every login of this machine."""

    folder: Path
    port: int
    programs: Path
    prefix: tuple[str, ...]

    def url(self, *, user: str = SUPERUSER) -> str:
        """The URL of its one database; without a user if it is empty."""
        at = f"{user}@" if user else ""
        return f"postgresql://{at}127.0.0.1:{self.port}/postgres"

    def control(self, *arguments: str) -> None:
        """pg_ctl."""
        _run([*self.prefix, str(self.programs / "pg_ctl"), "-D", str(self.folder), *arguments])

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
            f"{self.folder} -c shared_buffers=16MB -c max_connections=40 -c fsync=off"
        )
        self.control("-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, as a power cut would."""
        self.control("-m", "immediate", "stop")


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server and remove it afterwards; raises NoServer when it cannot be started."""
    programs = _programs()
    prefix = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="tomolens-postgresql-"))
    try:
        if prefix:
            shutil.chown(folder, prefix[2])
        server = Server(folder, _free_port(), programs, prefix)
        initdb = str(programs / "initdb")
        trusting = ["-A", "trust", "-U", SUPERUSER, "-E", "UTF8", "--locale=C", "--no-sync"]
        _run([*prefix, initdb, "-D", str(folder), *trusting])
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    newest_first = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in (*newest_first, Path(shutil.which("pg_ctl") or "/").parent):
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise NoServer("PostgreSQL is not installed (apt-get install postgresql)")


def _unprivileged() -> tuple[str, ...]:
    """The server refuses to run as root."""
    if os.name != "posix":
        raise NoServer("the tests start PostgreSQL on Linux only")
    if os.geteuid() != 0:
        return ()
    import pwd

    names = {user.pw_name for user in pwd.getpwall()}
    user = next((name for name in ("postgres", "nobody") if name in names), None)
    if user is None or shutil.which("runuser") is None:
        raise NoServer("PostgreSQL cannot run as root, and there is no other user")
    return ("runuser", "-u", user, "--")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: Sequence[str]) -> None:
    # The server inherits its starter's pipes and would keep them open: output goes to a file.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False)
        if done.returncode != 0:
            output.seek(0)
            raise NoServer(output.read().decode(errors="replace")[-500:])

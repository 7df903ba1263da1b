"""A PostgreSQL server of one's own, on loopback, for as long as the tests run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

__all__ = ["Server", "binaries", "running"]

_HOMES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/pgsql/bin")
_OWNERS = ("postgres", "nobody")
GUARDED, PASSWORD = "guarded", "p@ss/word"
"""A user who must give a password, and the password."""


class Server:
    """The server in ``folder``, reached at ``port``."""

    def __init__(self, home: Path, folder: Path, port: int) -> None:
        self._home, self._folder, self.port = home, folder, port

    def url(self, database: str = "ledger", user: str = "tester") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """The address of a database without anything in it; the one given before is gone."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as link:
            link.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'ledger'")
        with psycopg.connect(self.url(), autocommit=True) as link:
            link.execute("drop schema if exists people cascade; drop schema public cascade; create schema public")
            link.execute("grant all on schema public to public; grant create on database ledger to public")
        return self.url()

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on"
        self._control("start", "-w", "-o", options)

    def stop(self, how: str = "fast") -> None:
        self._control("stop", "-w", "-m", how)

    def _control(self, *arguments: str) -> None:
        log = str(self._folder / "log")
        _as_owner([str(self._home / "pg_ctl"), "-D", str(self._folder / "data"), "-l", log, *arguments])


def binaries() -> Path | None:
    """The folder of the server's programs, where there are any."""
    found = shutil.which("pg_ctl")
    homes = [Path(found).resolve().parent] if found else []
    homes += sorted(home for pattern in _HOMES for home in Path("/").glob(pattern.removeprefix("/")))
    fitting = [home for home in homes if (home / "initdb").exists() and (home / "postgres").exists()]
    return fitting[-1] if fitting else None


@contextmanager
def running(home: Path) -> Iterator[Server]:
    """A server that runs meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="cemaudit-pg-", dir="/tmp"))
    try:
        owner = _owner()
        if owner:
            shutil.chown(folder, owner)
        data = str(folder / "data")
        _as_owner(
            [str(home / "initdb"), "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        )
        hosts = f"host all {GUARDED} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
        (folder / "data" / "pg_hba.conf").write_text(hosts)
        server = Server(home, folder, _free_port())
        server.start()
        try:
            with psycopg.connect(server.url("postgres"), autocommit=True) as link:
                link.execute("create database ledger")
                link.execute(f"create role {GUARDED} login password '{PASSWORD}'")
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_owner(command: Sequence[str]) -> None:
    """Run a program of the server's; it does not like to be run by root."""
    owner = _owner()
    extra = {"user": owner, "group": _group(owner), "extra_groups": []} if owner else {}
    environment = {**os.environ, "LC_ALL": "C", "HOME": "/tmp"}
    done = subprocess.run(
        command, check=False, env=environment, cwd="/tmp", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **extra
    )
    assert done.returncode == 0, done.stdout.decode()


def _owner() -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd

    known = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in _OWNERS if name in known)


def _group(owner: str) -> int:
    import pwd

    return pwd.getpwnam(owner).pw_gid


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

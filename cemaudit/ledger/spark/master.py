"""Where a Spark cluster is spoken to: ``spark://HOST:PORT``."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.language import message

__all__ = ["Master", "master_of", "reach"]

_SECONDS = 5.0


class Master(NamedTuple):
    """The master of a cluster; ``url`` may name further ones, which stand in for it."""

    url: str
    places: tuple[tuple[str, int], ...]

    @property
    def is_on_this_machine(self) -> bool:
        """Whether its address is a loopback one, which other machines cannot call back."""
        return all(_is_loopback(host) for host, _ in self.places)


def master_of(url: str) -> Master:
    """The master of a URL; ``BadInput`` where it is none."""
    kind, _, named = url.partition("://")
    places = [_place(one) for one in named.split(",")]
    found = tuple(place for place in places if place)
    if kind != "spark" or len(found) < len(places):
        raise BadInput(Problem(message("expected spark://HOST:PORT"), url))
    return Master(url, found)


def reach(master: Master) -> None:
    """``BadEnvironment`` where nobody listens at any of its places, after a few seconds."""
    why: OSError | None = None
    for place in master.places:
        try:
            socket.create_connection(place, _SECONDS).close()
        except OSError as error:
            why = error
        else:
            return
    hint = message("is the cluster running, and is this the address its master names?")
    raise BadEnvironment(Problem(message("no Spark master answers: {why}", why=why), master.url, hint)) from why


def _place(named: str) -> tuple[str, int] | None:
    with suppress(ValueError):
        parts = urlsplit(f"//{named}")
        if parts.hostname and parts.port and parts.netloc.count("@") + len(parts.path) == 0:
            return parts.hostname, parts.port
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

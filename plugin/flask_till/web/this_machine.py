"""Whether a host is this very machine, where cookies may do without https."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_this_machine(netloc: str) -> bool:
    """``localhost`` and all below it, ``127.0.0.0/8``, ``[::1]``; with or without a port."""
    try:
        host = urlsplit(f"//{netloc}").hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ip_address(host).is_loopback
    except ValueError:
        return False

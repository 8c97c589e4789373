"""The one way out: an httpx client that resolves a name once and refuses private addresses.

The address that was checked is the address that is connected to, so a name cannot answer
differently the second time. Redirects are not followed, answers are not decompressed, and both
the time and the size of an answer are bounded.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpcore
import httpx

from ..errors import InvalidRequest

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

DEADLINE = 15.0
"""Seconds for a whole exchange."""
LARGEST_ANSWER = 64 * 1024
IN_PROCESS_HOST = "in-process.till"
"""A name that no network knows: `Outbound.mount` leads it to an application of this process."""

# ipaddress calls these global although they reach private IPv4 space or nobody in particular.
_WRAPPERS = [
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "192.88.99.0/24",
    )
]


class AddressRefused(httpcore.ConnectError):
    """The name resolves to an address that we do not call."""


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet, whatever form it is written in."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(str(mapped))
    if any(ip.version == net.version and ip in net for net in _WRAPPERS):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def check_url(url: str, *, allowed_hosts: Iterable[str] = (), field: str = "url") -> str:
    """Return the URL if we would call it: http(s), no credentials, no odd characters.

    ``http`` is for hosts that the operator allows by name; raises `InvalidRequest` otherwise.
    """
    if any(ord(char) <= 32 or ord(char) == 127 or char == "\\" for char in url):
        raise _refused(field, "it holds a space, a backslash or a control character")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused(field, "it cannot be read as a URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise _refused(field, "only http and https URLs with a host are called")
    if "@" in parts.netloc or parts.fragment:
        raise _refused(field, "credentials and fragments do not belong in it")
    if host in set(allowed_hosts):
        return url
    if parts.scheme != "https" or port not in (None, 443, 8443):
        raise _refused(field, "it must use https, on port 443 or 8443")
    if _is_private_literal(host):
        raise _refused(field, "the host is a private address")
    return url


def _refused(field: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"{field} is refused: {why}.", code="URL_REFUSED", fields={field: why})


def _is_private_literal(host: str) -> bool:
    host = host.rstrip(".")
    try:
        return not is_public(host)
    except ValueError:
        pass
    try:  # 127.1, 0x7f.1, 2130706433 and friends: numbers that a resolver would accept
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        return not host.isascii() or "." not in host or host.endswith((".localhost", ".local"))


class _Exchange(threading.local):
    """When the exchange that this thread is in must be over; None outside of one."""

    ends: float | None = None

    def left(self, timeout: float | None) -> float | None:
        """Seconds that the next step may take. A peer that drips bytes gets no more by it."""
        if self.ends is None:
            return timeout
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the exchange took too long in all")
        return left if timeout is None else min(timeout, left)


class _BoundedStream(httpcore.NetworkStream):
    """A connection on which every step counts against the exchange's time."""

    def __init__(self, stream: httpcore.NetworkStream, exchange: _Exchange) -> None:
        self._stream = stream
        self._exchange = exchange

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._exchange.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._exchange.left(timeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._exchange.left(timeout)
        secured = self._stream.start_tls(ssl_context, server_hostname, left)
        return _BoundedStream(secured, self._exchange)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


class _GuardedBackend(httpcore.SyncBackend):
    def __init__(self, allowed_hosts: Iterable[str], exchange: _Exchange) -> None:
        self._allowed = set(allowed_hosts)
        self._exchange = exchange

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if host not in self._allowed and not all(is_public(address) for address in addresses):
            raise AddressRefused(f"{host} is at a private address")
        kwargs["timeout"] = self._exchange.left(kwargs.get("timeout"))
        stream = super().connect_tcp(addresses[0], port, *args, **kwargs)
        return _BoundedStream(stream, self._exchange)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the headers, and no more of the body than was agreed."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outbound:
    """Sends one request at a time per call; safe to share between threads.

    ``allowed_hosts`` are names that may be private or plain http, such as ``localhost`` in
    development; ``largest`` is how many bytes of a body are read. Raises `httpx.HTTPError` when
    there is no whole answer in time.
    """

    def __init__(
        self,
        *,
        allowed_hosts: Iterable[str] = (),
        verify: bool = True,
        largest: int = LARGEST_ANSWER,
    ) -> None:
        self._largest = largest
        self._exchange = _Exchange()
        self._transport = _Crossing(_guarded_transport(allowed_hosts, verify, self._exchange))
        self._client = httpx.Client(
            transport=self._transport,
            timeout=httpx.Timeout(DEADLINE, connect=5),
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": "flask-till", "accept-encoding": "identity"},
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        within: float | None = None,
    ) -> Answer:
        """One exchange, over in ``within`` seconds, `DEADLINE` when nothing is said."""
        seconds = DEADLINE if within is None else within
        self._exchange.ends = time.monotonic() + seconds
        try:
            with self._client.stream(
                method,
                url,
                content=content,
                headers=dict(headers or {}),
                timeout=httpx.Timeout(seconds, connect=min(5, seconds)),
            ) as answer:
                body = b""
                for chunk in answer.iter_raw():
                    body += chunk
                    if len(body) >= self._largest:
                        break
                return Answer(answer.status_code, dict(answer.headers), body[: self._largest])
        finally:
            self._exchange.ends = None

    def mount(self, host: str, application: WSGIApplication) -> None:
        """Requests for that host name are handed to an application of this process."""
        self._transport.inside[host] = httpx.WSGITransport(app=application)

    def close(self) -> None:
        self._client.close()


class _Crossing(httpx.BaseTransport):
    """Leads inside for hosts of this process, outside for all others."""

    def __init__(self, outside: httpx.BaseTransport) -> None:
        self._outside = outside
        self.inside: dict[str, httpx.BaseTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self.inside.get(request.url.host, self._outside).handle_request(request)

    def close(self) -> None:
        self._outside.close()


@cache
def _trust(verify: bool) -> ssl.SSLContext:
    """Whom to trust: read once, since to read all authorities takes a thirtieth of a second."""
    return httpx.create_ssl_context(verify=verify, trust_env=False)


def _guarded_transport(
    allowed_hosts: Iterable[str], verify: bool, exchange: _Exchange
) -> httpx.HTTPTransport:
    trust = _trust(verify)
    transport = httpx.HTTPTransport(verify=trust, trust_env=False)
    # httpx has no public way to name the network backend; the pool takes one.
    transport._pool = httpcore.ConnectionPool(
        ssl_context=trust,
        max_connections=100,
        max_keepalive_connections=20,
        keepalive_expiry=5,
        network_backend=_GuardedBackend(allowed_hosts, exchange),
    )
    return transport

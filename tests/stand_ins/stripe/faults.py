"""What can go wrong between us and Stripe, and doors that hold a request at a chosen point."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

Kind = Literal["lose_request", "lose_reply", "error", "limited", "garbage", "wrong", "twin", "hang"]


@dataclass
class Fault:
    """``kind`` happens to the next ``times`` requests of an endpoint ("*" for any).

    lose_request: the connection drops before anything is done. lose_reply: it drops after all is
    done. error: a 500. limited: a 429. garbage: 200 with bytes that are no JSON. wrong: 200 with
    JSON about something else. twin: 200 with such an object, but of another payment. hang:
    no answer for ``seconds``.
    """

    endpoint: str
    kind: Kind
    times: int = 1
    seconds: float = 0.0


class Faults:
    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self._lock = threading.Lock()

    def plan(self, endpoint: str, kind: Kind, *, times: int = 1, seconds: float = 0.0) -> None:
        with self._lock:
            self._planned.append(Fault(endpoint, kind, times, seconds))

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def take(self, endpoint: str) -> Fault | None:
        """The fault due for a request of this endpoint, if one is."""
        with self._lock:
            for fault in self._planned:
                if fault.endpoint in (endpoint, "*") and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None


class Gate:
    """Holds requests of one endpoint, before or after they take effect, until it is opened."""

    def __init__(self, endpoint: str, when: Literal["before", "after"]) -> None:
        self.endpoint = endpoint
        self.when = when
        self._reached = threading.Event()
        self._opened = threading.Event()

    def wait_reached(self, timeout: float = 10) -> None:
        if not self._reached.wait(timeout):
            raise AssertionError(f"no request reached {self.endpoint}")

    def open(self) -> None:
        self._opened.set()

    def pass_through(self) -> None:
        self._reached.set()
        if not self._opened.wait(30):
            raise AssertionError(f"the gate at {self.endpoint} was never opened")

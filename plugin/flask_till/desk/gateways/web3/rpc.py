"""JSON-RPC with one node of a chain. What it says is read strictly: anything odd is no answer.

A node is somebody else's machine. Its answers are bounded in size and time, redirects are not
followed, and its address, which may hold a key, is never shown whole.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import httpx

from ....base.http import Outbound, check_url
from ....base.logs import logger
from ....errors import GatewayUnavailable, InvalidRequest, SettingsError, TillError
from .refusals import kind_of, wants_rest

TIMEOUT: Final = 10.0
"""Seconds for one exchange."""
LARGEST_ANSWER: Final = 8 * 1024 * 1024
LARGEST_BATCH: Final = 50
REST: Final = 5
"""Seconds to leave a node alone that wants to be asked less often and does not say for how long."""
LONGEST_REST: Final = 3600
DEEPEST: Final = 1000
_BESIDE_BRACKETS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[^][{}"]+', re.DOTALL)

Call = tuple[str, Sequence[Any]]


class NodeUnavailable(GatewayUnavailable):
    """A node does not answer, or not as a node does; whether it acted is unknown."""

    code = "NODE_UNAVAILABLE"


class AnswerTooLarge(NodeUnavailable):
    """There is more to an answer than is read; it may be had in parts."""


class NodeRefused(TillError):
    """A node understood and said no. ``rpc_message`` is its own word, cut to 300 characters.

    Contracts put bytes of their own into it: what cannot be shown is left out.
    """

    code = "NODE_REFUSED"

    def __init__(self, node: str, rpc_code: int, rpc_message: str, data: Any = None) -> None:
        self.rpc_code = rpc_code
        self.rpc_message = _plain(rpc_message)[:300]
        self.data = data
        super().__init__(f"The node {node} refused: {self.rpc_message} ({rpc_code}).")

    @property
    def kind(self) -> str:
        """What it means, as far as that can be told: a name in `refusals`."""
        return kind_of(self.rpc_code, self.rpc_message)


def _plain(words: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in words).split())


class Node:
    """One RPC endpoint; safe to share between threads. ``name`` is its host, for people.

    Raises `SettingsError` for an address that cannot be one, `NodeUnavailable` when there is no
    proper answer, and `NodeRefused` when the answer is a refusal.
    """

    def __init__(
        self, url: str, *, client: Outbound | None = None, timeout: float = TIMEOUT
    ) -> None:
        host = _host(url)
        self.name = urlsplit(url).netloc
        self._url = url
        self._timeout = timeout
        _hide(url, self.name)
        self._client = client or Outbound(allowed_hosts=[host], largest=LARGEST_ANSWER)
        self._ids = count(1)
        self._knows_batches = True

    def __repr__(self) -> str:
        return f"Node({self.name!r})"

    def call(self, method: str, *params: Any) -> Any:
        """The result of one call."""
        question = self._question(method, params)
        answer = self._exchange(question)
        # A node that could not read a question has no id to refuse it by.
        ids = (question["id"], None) if "error" in answer else (question["id"],)
        if _number(answer, "id") not in ids:
            raise self._odd()
        return self._result(answer)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results of many calls, in their order. Raises for the first one that is refused."""
        found: list[Any] = []
        for first in range(0, len(calls), LARGEST_BATCH):
            found += self._batch(calls[first : first + LARGEST_BATCH])
        return found

    def close(self) -> None:
        self._client.close()

    def _batch(self, calls: Sequence[Call]) -> list[Any]:
        if len(calls) > 1 and self._knows_batches:
            questions = [self._question(method, params) for method, params in calls]
            answers = self._exchange(questions)
            if isinstance(answers, list):
                return self._in_order(questions, answers)
            self._only_singly(answers)
        return [self.call(method, *params) for method, params in calls]

    def _in_order(self, questions: list[dict[str, Any]], answers: list[Any]) -> list[Any]:
        by_id = {_number(answer, "id"): answer for answer in answers}
        ids = [question["id"] for question in questions]
        if len(answers) != len(ids) or by_id.keys() != set(ids):
            raise self._odd()
        return [self._result(by_id[number]) for number in ids]

    def _only_singly(self, answer: Any) -> None:
        """One refusal for a whole batch: from now on this node is asked one by one."""
        try:
            self._result(answer)
        except NodeRefused:
            self._knows_batches = False
        else:
            raise self._odd()

    def _question(self, method: str, params: Sequence[Any]) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}

    def _exchange(self, question: dict[str, Any] | list[dict[str, Any]]) -> Any:
        """What comes back: a mapping, or a list when there were several questions."""
        try:
            answer = self._client.send(
                "POST",
                self._url,
                content=json.dumps(question, allow_nan=False).encode(),
                headers={"content-type": "application/json", "accept": "application/json"},
                within=self._timeout,
            )
        except httpx.HTTPError as error:
            raise NodeUnavailable(f"The node {self.name} does not answer.") from error
        if answer.status == 429:
            raise self._tired(answer.headers.get("retry-after", ""))
        if len(answer.body) >= LARGEST_ANSWER:
            raise AnswerTooLarge(f"The node {self.name} says more than is read.")
        return self._read(answer.status, answer.body, several=isinstance(question, list))

    def _read(self, status: int, body: bytes, *, several: bool) -> Any:
        try:
            said = None if _is_deep(body) else json.loads(body, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise self._odd(status) from None
        refusal = isinstance(said, dict) and "error" in said
        # Some nodes put a refusal under a 4xx; under any other status nothing is taken for it.
        if status != 200 and not (refusal and status in (400, 413, 422)):
            raise self._odd(status)
        if not isinstance(said, (dict, list) if several else dict):
            raise self._odd()
        return said

    def _result(self, answer: Mapping[str, Any]) -> Any:
        """The result in an answer; raises for a refusal."""
        if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0":
            raise self._odd()
        error = answer.get("error")
        if error is None and "result" in answer:
            return answer["result"]
        if not isinstance(error, dict) or answer.get("result") is not None:
            raise self._odd()
        code, message = _number(error, "code"), error.get("message")
        if code is None or not isinstance(message, str):
            raise self._odd()
        if wants_rest(code, message):
            raise self._tired("")
        raise NodeRefused(self.name, code, message, error.get("data"))

    def _tired(self, retry_after: str) -> NodeUnavailable:
        seconds = int(retry_after) if re.fullmatch(r"[0-9]{1,9}", retry_after) else REST
        return NodeUnavailable(
            f"The node {self.name} wants to be asked less often.",
            retry_after=max(1, min(seconds, LONGEST_REST)),
        )

    def _odd(self, status: int = 200) -> NodeUnavailable:
        how = "not as a node does" if status == 200 else f"with status {status}"
        return NodeUnavailable(f"The node {self.name} answers, but {how}.")


def _host(url: str) -> str:
    """The host in a node's address; the operator vouches for it, so it may be a private one."""
    try:
        host = urlsplit(url).hostname or ""
        check_url(url, allowed_hosts=[host])
        httpx.URL(url)
    except (InvalidRequest, ValueError, httpx.InvalidURL):
        raise SettingsError(
            "The address of a node is not one that can be called.",
            remedy="Give it as http(s)://host/path, with a key in the path if it needs one.",
        ) from None
    return host


_hidden: dict[str, str] = {}


def _hide(url: str, name: str) -> None:
    """httpx logs the address of each request: there too, only a node's name is seen."""
    _hidden[str(httpx.URL(url))] = name
    logger("httpx").addFilter(_without_addresses)  # again is harmless


def _without_addresses(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            _hidden.get(str(one), one) if isinstance(one, httpx.URL) else one for one in record.args
        )
    return True


def _number(answer: Any, member: str) -> int | None:
    """A member that is a whole number; None when it is anything else."""
    value = answer.get(member) if isinstance(answer, dict) else None
    return value if type(value) is int else None


def _is_deep(body: bytes) -> bool:
    """Whether brackets nest so deep that reading them could run out of stack.

    Python's recursion limit is no help: libraries that applications use raise it.
    """
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for bracket in _BESIDE_BRACKETS.sub(b"", body):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return True
    return False


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")

"""A node before a real one, which passes questions on and can be told to misbehave.

It answers over real HTTP, one question or many at once.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import httpx

Said = dict[str, Any]
Twist = Callable[[list[Any], Said], Said]
"""Makes an answer of the parameters and of what the real node answered, both JSON-RPC."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, node: LyingNode) -> None:
        self.node = node
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        answer = self.server.node.hear(json.loads(body))
        if answer is None:
            self.close_connection = True
            return
        status, headers, said = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *arguments: Any) -> None:
        pass


class LyingNode:
    """Honest until it is told otherwise; `behave` makes it honest again.

    ``asked`` are the methods that it was asked, in order. ``delay`` is in seconds. ``status`` is
    the status of every answer, ``headers`` what goes with it; ``garbage`` is said instead of JSON.
    ``batches`` False refuses several questions at once; ``backwards`` answers them in reverse.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._client = httpx.Client(timeout=30, trust_env=False, verify=False)
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.asked: list[str] = []
        self.behave()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def behave(self) -> None:
        """Be an honest node from now on."""
        self.delay = 0.0
        self.status = 200
        self.headers: dict[str, str] = {}
        self.garbage: bytes | None = None
        self.batches = True
        self.backwards = False
        self._twists: list[tuple[str, Twist]] = []
        self._canned: dict[str, Said] = {}
        self._dropped: list[str] = []

    # ---- what it can be told ----

    def twist(self, method: str, how: Twist) -> None:
        """Change what it answers to a method; several of them one after the other."""
        self._twists.append((method, how))

    def say(self, method: str, result: Any) -> None:
        """Answer a method with that, whatever was asked, and do nothing."""
        self._canned[method] = {"result": result}

    def refuse(self, method: str, code: int, message: str, data: Any = None) -> None:
        """Answer a method with an error, and do nothing."""
        error = {"code": code, "message": message}
        self._canned[method] = {"error": error if data is None else error | {"data": data}}

    def drop_answer(self, method: str) -> None:
        """Do the next one that is asked, and hang up instead of answering."""
        self._dropped.append(method)

    def rest(self, seconds: int | None = None) -> None:
        """Answer 429: it was asked too often."""
        self.status = 429
        self.headers = {} if seconds is None else {"retry-after": str(seconds)}

    def stick(self, height: int) -> None:
        """Know no block above that height, as a node that lags."""

        def blocks(params: list[Any], said: Said) -> Said:
            block = said.get("result")
            if block is None or int(block["number"], 16) <= height:
                return said
            if params[0] in ("latest", "finalized", "safe"):
                return self._ask("eth_getBlockByNumber", [hex(height), *params[1:]], said["id"])
            return _result(said, None)

        def receipts(params: list[Any], said: Said) -> Said:
            found = said.get("result")
            above = found is not None and int(found["blockNumber"], 16) > height
            return _result(said, None) if above else said

        def logs(params: list[Any], said: Said) -> Said:
            found = said.get("result") or []
            return _result(said, [one for one in found if int(one["blockNumber"], 16) <= height])

        def numbers(params: list[Any], said: Said) -> Said:
            return _result(said, hex(min(height, int(said["result"], 16))))

        # Before all else that it was told: what it knows may still be of another branch.
        self._twists[:0] = [
            ("eth_getBlockByNumber", blocks),
            ("eth_getTransactionReceipt", receipts),
            ("eth_getLogs", logs),
            ("eth_blockNumber", numbers),
        ]

    def fork(self, height: int) -> None:
        """Have other blocks from that height on: other hashes, the same in all that it says."""

        def forked(params: list[Any], said: Said) -> Said:
            return _result(said, _forked(said.get("result"), height))

        for method in ("eth_getBlockByNumber", "eth_getTransactionReceipt", "eth_getLogs"):
            self.twist(method, forked)

    def forge_log(self, log: Said) -> None:
        """Find one more log in every search whose blocks it is in."""

        def more(params: list[Any], said: Said) -> Said:
            first, last = (int(params[0][name], 16) for name in ("fromBlock", "toBlock"))
            inside = first <= int(log["blockNumber"], 16) <= last
            return _result(said, [*said["result"], log]) if inside else said

        self.twist("eth_getLogs", more)

    def forge_receipt(self, tx_hash: str, receipt: Said | None) -> None:
        """Answer with that receipt for a transaction."""

        def forged(params: list[Any], said: Said) -> Said:
            return _result(said, receipt) if params[0].lower() == tx_hash.lower() else said

        self.twist("eth_getTransactionReceipt", forged)

    def limit_search(self, blocks: int, code: int = -32005, why: str = "block range") -> None:
        """Refuse a search for logs in more blocks than that."""

        def limited(params: list[Any], said: Said) -> Said:
            first, last = (int(params[0][name], 16) for name in ("fromBlock", "toBlock"))
            if last - first < blocks:
                return said
            return _without_result(said, {"code": code, "message": f"{why} too large"})

        self.twist("eth_getLogs", limited)

    # ---- how it works ----

    def hear(self, question: Any) -> tuple[int, dict[str, str], bytes] | None:
        """The status, headers and body to answer with; None to hang up."""
        if self.delay:
            time.sleep(self.delay)
        if self.status != 200 and self.garbage is None:
            return self.status, self.headers, b"no"
        if self.garbage is not None:
            return self.status, self.headers, self.garbage
        if isinstance(question, list) and not self.batches:
            error = {"code": -32600, "message": "batches are not served"}
            return 200, {}, json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode()
        questions = question if isinstance(question, list) else [question]
        said = [self._answer(one) for one in questions]
        if any(one is None for one in said):
            return None
        whole = (said[::-1] if self.backwards else said) if isinstance(question, list) else said[0]
        return 200, {"content-type": "application/json"}, json.dumps(whole).encode()

    def _answer(self, question: Said) -> Said | None:
        method, params = question["method"], question.get("params", [])
        self.asked.append(method)
        if method in self._canned:
            said = {"jsonrpc": "2.0", "id": question["id"], **self._canned[method]}
        else:
            said = self._ask(method, params, question["id"])
        if method in self._dropped:
            self._dropped.remove(method)
            return None
        for name, how in list(self._twists):
            if name == method:
                said = how(params, said)
        return said

    def _ask(self, method: str, params: list[Any], number: Any) -> Said:
        asked = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        said: Said = self._client.post(self._upstream, json=asked).json()
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Answer no more; calls are refused."""
        if self._client.is_closed:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._client.close()


def _result(said: Said, result: Any) -> Said:
    return {"jsonrpc": "2.0", "id": said["id"], "result": result}


def _without_result(said: Said, error: Said) -> Said:
    return {"jsonrpc": "2.0", "id": said["id"], "error": error}


def _forked(found: Any, height: int) -> Any:
    """A block, a receipt or logs, as they are on the other branch."""
    if isinstance(found, list):
        return [_forked(one, height) for one in found]
    if not isinstance(found, dict):
        return found
    place = int(found["number"] if "number" in found else found["blockNumber"], 16)
    if place < height:
        return found
    changed = {name: _turned(found[name]) for name in ("blockHash",) if name in found}
    if "number" in found:
        changed["hash"] = _turned(found["hash"])
        if place > height:
            changed["parentHash"] = _turned(found["parentHash"])
    if "logs" in found:
        changed["logs"] = _forked(found["logs"], height)
    return {**found, **changed}


def _turned(text: str) -> str:
    """Another hash, always the same for the same one."""
    return "0x" + text[:1:-1]

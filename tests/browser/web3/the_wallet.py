"""A wallet that browsers find on their pages (EIP-1193, EIP-6963), with a chain behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext

from tests.stand_ins.chain import TheChain
from tests.stand_ins.chain.anvil import ChainSaidNo

SCRIPT = r"""
(() => {
  const heard = {};
  const provider = {
    async request({ method, params }) {
      const said = await window.__wallet(JSON.stringify({ method, params: params ?? [] }));
      const answer = JSON.parse(said);
      if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
      return answer.result;
    },
    on(event, listener) { (heard[event] ??= []).push(listener); return provider; },
    removeListener() { return provider; },
  };
  const info = Object.freeze({
    uuid: '350670db-19fa-4704-a166-e52e178b59d2', name: NAME, icon: ICON, rdns: 'example.wallet',
  });
  const detail = Object.freeze({ info, provider });
  if (!ANNOUNCES) return void (window.ethereum = provider);
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
  addEventListener('eip6963:requestProvider', announce);
  announce();
})();
"""
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 36 36'%3E"
    "%3Crect width='36' height='36' rx='10' fill='%23f6851b'/%3E"
    "%3Cpath d='M9 22l9-13 9 13-9 5z' fill='%23fff'/%3E%3C/svg%3E"
)
REFUSED = {"code": 4001, "message": "User rejected the request."}
UNKNOWN_CHAIN = {"code": 4902, "message": "Unrecognized chain ID. Try adding the chain first."}
ELSEWHERE = 1


@dataclass
class TheWallet:
    """``person`` is its account's address; ``on`` the chain that it shows, ``knows`` all of them.

    ``answers`` holds what it says instead of doing it: method -> a result or an error.
    """

    chain: TheChain
    person: str
    on: int = 31337
    knows: set[int] = field(default_factory=lambda: {31337, ELSEWHERE})
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    gas: int | None = None
    nonce: int | None = None
    before: Callable[[str], None] = lambda method: None

    def into(self, context: BrowserContext, *, name: str = "Test Wallet", icon: str = ICON,
             announces: bool = True) -> None:  # fmt: skip
        """Be in that browser from now on."""
        words = {"NAME": name, "ICON": icon, "ANNOUNCES": announces}
        script = SCRIPT
        for word, value in words.items():
            script = script.replace(word, json.dumps(value))
        context.expose_function("__wallet", self.handle)
        context.add_init_script(script)

    def refuse(self, *methods: str) -> None:
        for method in methods:
            self.answers[method] = {"error": REFUSED}

    def handle(self, message: str) -> str:
        asked = json.loads(message)
        method, params = asked["method"], asked["params"]
        self.asked.append(method)
        self.before(method)
        if method in self.answers:
            return json.dumps(self.answers[method])
        try:
            return json.dumps({"result": self._do(method, params)})
        except ChainSaidNo as no:
            return json.dumps({"error": no.error})
        except KeyError:
            return json.dumps({"error": UNKNOWN_CHAIN})

    def _do(self, method: str, params: list[Any]) -> Any:
        if method in ("eth_accounts", "eth_requestAccounts"):
            return [self.person.lower()]
        if method == "eth_chainId":
            return hex(self.on)
        if method == "wallet_switchEthereumChain":
            wanted = int(params[0]["chainId"], 16)
            if wanted not in self.knows:
                raise KeyError(wanted)
            self.on = wanted
            return None
        if method == "wallet_addEthereumChain":
            self.knows.add(int(params[0]["chainId"], 16))
            return None
        if method == "eth_sendTransaction":
            return self._send(dict(params[0]))
        return self.chain(method, *params)

    def _send(self, wanted: dict[str, Any]) -> str:
        self.sent.append(dict(wanted))
        assert wanted.pop("chainId") == hex(self.on)
        wanted["gas"] = hex(self.gas or 500_000)
        if self.nonce is not None:
            wanted["nonce"] = hex(self.nonce)
        hashed: str = self.chain("eth_sendTransaction", wanted)
        return hashed

"""The keys of the demo: two phrases, made at random once and kept where only their owner reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

DESK_FILE, PEOPLE_FILE = "desk.seed", "people.seed"
OPERATOR_PATH = "m/44'/60'/1'/0/0"
"""Where a desk has the account that pays gas and refunds; docs/web3.md says so."""
PEOPLE = ("shopper", "treasury", "bank")


class Keys:
    """``desk.seed`` is the desk's; of ``people.seed`` are the keys of everybody else here."""

    def __init__(self, folder: Path) -> None:
        self.desk_file = folder / DESK_FILE
        desk, people = _phrase(self.desk_file), _phrase(folder / PEOPLE_FILE)
        self.operator: str = _account(desk, OPERATOR_PATH).address
        self._people = {
            name: _account(people, f"m/44'/60'/0'/0/{number}") for number, name in enumerate(PEOPLE)
        }

    def __getitem__(self, name: str) -> LocalAccount:
        return self._people[name]


def _phrase(path: Path) -> str:
    from eth_account.hdaccount import generate_mnemonic
    from eth_account.types import Language

    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = generate_mnemonic(num_words=12, lang=Language.ENGLISH)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{made}\n")
    return path.read_text().strip()


def _account(phrase: str, path: str) -> LocalAccount:
    from eth_account import Account
    from eth_account.hdaccount import key_from_seed, seed_from_mnemonic

    made: LocalAccount = Account.from_key(key_from_seed(seed_from_mnemonic(phrase, ""), path))
    return made

"""Whose key signs: addresses with their checksum, and a signer that works from a seed phrase.

The phrase and the keys stay inside: they are in no error, no repr and no log.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, Final, NoReturn, Protocol

from ....errors import InvalidRequest, SettingsError

OPERATOR_PATH: Final = "m/44'/60'/1'/0/0"
DEPOSIT_PATH: Final = "m/44'/60'/0'/0"
_PATH: Final = re.compile(r"operator|deposit/(0|[1-9][0-9]{0,9})")
_MOST_DEPOSITS: Final = 2**31
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_KEYS_HELD: Final = 1024
_REMEDY: Final = "Use 12 to 24 words as a wallet made them (BIP-39), separated by spaces."


def keccak(data: bytes) -> bytes:
    """Keccak-256, which is not SHA3-256."""
    from eth_hash.auto import keccak

    return keccak(data)


def checksum(address: str) -> str:
    """The address as EIP-55 writes it.

    Raises `InvalidRequest` when it is none, or when its capitals are not those of its checksum;
    capitals or small letters throughout carry no checksum.
    """
    if not _ADDRESS.fullmatch(address):
        raise _no_address("An address is 0x and 40 hexadecimal digits.")
    written = _checksummed(address.lower())
    digits = address[2:]
    if address != written and digits not in (digits.lower(), digits.upper()):
        raise _no_address("The capitals of the address do not match it: it was mistyped.")
    return written


@lru_cache(maxsize=8192)
def _checksummed(lower: str) -> str:
    marks = keccak(lower[2:].encode()).hex()
    return "0x" + "".join(
        digit.upper() if mark >= "8" else digit
        for digit, mark in zip(lower[2:], marks, strict=False)
    )


def _no_address(why: str) -> InvalidRequest:
    return InvalidRequest(why, code="ADDRESS_INVALID")


class Signer(Protocol):
    """Who holds the keys: a seed phrase here, a key service elsewhere. Safe between threads.

    A path is ``operator`` or ``deposit/<n>``; any other is a `ValueError`.
    """

    def address(self, path: str) -> str:
        """The EIP-55 address that it signs for."""

    def sign(self, path: str, transaction: Mapping[str, Any]) -> tuple[str, str]:
        """The signed form and the hash of an EIP-1559 transaction, both 0x.

        It has chainId, nonce, to (None makes a contract), value, data, gas, maxFeePerGas and
        maxPriorityFeePerGas.
        """


class SeedSigner:
    """Derives every key from one phrase (BIP-39, BIP-32, BIP-44).

    The operator's is ``m/44'/60'/1'/0/0``, that of deposit n ``m/44'/60'/0'/0/n``. Raises
    `SettingsError` for a phrase that is none.
    """

    def __init__(self, phrase: str) -> None:
        self._seed = _seed(phrase)
        self._accounts: OrderedDict[str, Any] = OrderedDict()
        self._lock = Lock()

    def __repr__(self) -> str:
        return "SeedSigner(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A signer is not copied or stored: it holds keys.")

    def address(self, path: str) -> str:
        return str(self._account(path).address)

    def sign(self, path: str, transaction: Mapping[str, Any]) -> tuple[str, str]:
        account = self._account(path)
        # Without one the library signs for chain 0; with one it is good nowhere else.
        if transaction["chainId"] <= 0:
            raise ValueError("a transaction is for one chain")
        members = {name: value for name, value in transaction.items() if value is not None}
        signed = account.sign_transaction({"type": 2, **members})
        return "0x" + signed.raw_transaction.hex(), "0x" + signed.hash.hex()

    def _account(self, path: str) -> Any:
        """The account of a path. A bound number of them is kept, those used last."""
        with self._lock:
            account = self._accounts.get(path)
            if account is None:
                account = self._accounts[path] = self._derived(path)
            self._accounts.move_to_end(path)
            while len(self._accounts) > _KEYS_HELD:
                self._accounts.popitem(last=False)
            return account

    def _derived(self, path: str) -> Any:
        match = _PATH.fullmatch(path)
        if match is None or int(match[1] or 0) >= _MOST_DEPOSITS:
            raise ValueError(f"no key has the path {path!r}")
        where = OPERATOR_PATH if match[1] is None else f"{DEPOSIT_PATH}/{match[1]}"
        library = _library()
        return library.Account.from_key(library.hdaccount.key_from_seed(self._seed, where))


def _seed(phrase: str) -> bytes:
    """The seed that a phrase stands for.

    The error is raised outside of the handler: the library's own names the words, and would hang
    on to ours as its context.
    """
    words = " ".join(unicodedata.normalize("NFKD", phrase).split())
    seed = _seed_or_none(words)
    if seed is None:
        raise SettingsError("The seed phrase is none: its words or their order.", remedy=_REMEDY)
    return seed


def _seed_or_none(words: str) -> bytes | None:
    library = _library()
    try:
        seed: bytes = library.hdaccount.seed_from_mnemonic(words, passphrase="")
    except (library.hdaccount.ValidationError, ValueError):
        return None
    return seed


_importing = Lock()


def _library() -> Any:
    """The package eth_account. What it imports raises the recursion limit of the whole process,

    with which a hostile JSON runs out of stack: it is put back.
    """
    with _importing:
        limit = sys.getrecursionlimit()
        try:
            import eth_account
            import eth_account.hdaccount
        finally:
            sys.setrecursionlimit(limit)
    return eth_account

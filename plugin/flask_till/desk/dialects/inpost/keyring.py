"""The wallet's private keys: made at first need, sealed at rest, two live at a time (3.1)."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from ....base.database import Database
from ....base.sealing import Seal
from ....wire.inpost.keys import PublicKey, from_pem, new_private_key, published, to_pem
from ...actions.signing_keys import (
    KeptKey,
    add_first_key,
    list_keys,
    live_keys,
    retire_key,
    rotate_keys,
)


class Keyring:
    """Safe to share between threads; another process's rotation is seen at once."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._opened: dict[str, RSAPrivateKey] = {}
        self._lock = threading.Lock()

    def signing(self) -> tuple[str, RSAPrivateKey]:
        """The newest live key: its version, and the key."""
        newest = self.live()[0]
        return newest.version, self._open(newest)

    def live(self) -> Sequence[KeptKey]:
        """The live keys, newest first; the first one is made now if there is none yet."""
        found = self._database.read(live_keys)
        return found or self._database.write(add_first_key, self._new())

    def published(self) -> list[PublicKey]:
        """The public halves of the live keys, newest first."""
        return [published(self._open(key), key.version) for key in self.live()]

    def known(self) -> Sequence[KeptKey]:
        """All there ever were, newest first."""
        return self._database.read(list_keys)

    def rotate(self) -> Sequence[KeptKey]:
        """A new key that signs from now on; the one before stays live beside it."""
        return self._database.write(rotate_keys, self._new())

    def retire(self, version: str) -> Sequence[KeptKey]:
        """Publish a key no more. Raises `NotFound`, `Conflict` (LAST_KEY)."""
        return self._database.write(retire_key, version)

    def _new(self) -> str:
        return self._seal.close(to_pem(new_private_key()))

    def _open(self, key: KeptKey) -> RSAPrivateKey:
        with self._lock:
            if key.version not in self._opened:
                self._opened[key.version] = from_pem(self._seal.open(key.sealed))
            return self._opened[key.version]

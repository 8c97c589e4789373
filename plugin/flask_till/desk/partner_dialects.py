"""The partners' protocols that the desk speaks beside its own: put together and mounted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .counter import Counter
from .dialect_parts import Dialect, DialectParts
from .dialects.boxo import MOST as BOXO
from .dialects.boxo import BoxoDialect
from .dialects.boxo.host_calls import HostCalls
from .dialects.ipos import MOST as IPOS
from .dialects.ipos import IposDialect
from .dialects.kigo import MOST as KIGO
from .dialects.kigo import KigoDialect
from .dialects.w3block import MOST as W3BLOCK
from .dialects.w3block import W3blockDialect
from .pages.hostapp import host_pages

if TYPE_CHECKING:
    from flask import Flask

MOST = {**BOXO, **IPOS, **KIGO, **W3BLOCK}
"""How often a caller may do what, by name."""


@dataclass(frozen=True, slots=True)
class Partners:
    """One of each; in a loop, all of them."""

    ipos: IposDialect
    boxo: BoxoDialect
    kigo: KigoDialect
    w3block: W3blockDialect

    def __iter__(self) -> Iterator[Dialect]:
        return iter((self.ipos, self.boxo, self.kigo, self.w3block))

    def mount(self, app: Flask, prefix: str, counter: Counter) -> None:
        """Each below the desk's address under its own name, and the host app's page below Boxo."""
        for dialect in self:
            app.register_blueprint(dialect.blueprint(), url_prefix=f"{prefix}/{dialect.name}")
        confirm = host_pages(counter, self.boxo.payments, self.boxo.sessions)
        app.register_blueprint(confirm, url_prefix=f"{prefix}/boxo/hostapp")

    def sweep(self) -> int:
        """End what is over by the clock; returns how many things that were."""
        return self.kigo.sweep() + self.w3block.sweep()


def partners_of(parts: DialectParts, calls: HostCalls) -> Partners:
    """``calls`` go to host apps that are elsewhere."""
    return Partners(
        IposDialect(parts), BoxoDialect(parts, calls), KigoDialect(parts), W3blockDialect(parts)
    )

"""Stempel: a small shop that sells with Flask-Till. ``python -m demo_shop`` starts it.

Read `catalog` for what it sells, `shop` for the shop itself, `fronts` for the protocols that it
sells through, and `desk` for the order desk that takes its money. `partners`, `chain` and
`__main__` only set them up for trying things out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Site:
    """Where this demo runs. Shop and desk are two sites to a browser, as they would be in life.

    The same shop is also open as an IPOS widget, as a Boxo miniapp and as a W3block company, on
    the three ports after the desk's.
    """

    shop_port: int
    desk_port: int
    folder: Path
    chain_port: int = 8545

    @classmethod
    def from_environment(cls) -> Site:
        folder = os.environ.get("TILL_DEMO_DIR") or Path(__file__).with_name("instance")
        return cls(
            shop_port=int(os.environ.get("SHOP_PORT") or 5000),
            desk_port=int(os.environ.get("DESK_PORT") or 5001),
            folder=Path(folder).resolve(),
            chain_port=int(os.environ.get("CHAIN_PORT") or 8545),
        )

    @property
    def shop_url(self) -> str:
        return f"http://localhost:{self.shop_port}"

    @property
    def ipos_port(self) -> int:
        return self.desk_port + 1

    @property
    def ipos_url(self) -> str:
        return f"http://localhost:{self.ipos_port}"

    @property
    def boxo_port(self) -> int:
        return self.desk_port + 2

    @property
    def boxo_url(self) -> str:
        return f"http://localhost:{self.boxo_port}"

    @property
    def w3block_port(self) -> int:
        return self.desk_port + 3

    @property
    def w3block_url(self) -> str:
        return f"http://localhost:{self.w3block_port}"

    @property
    def desk_url(self) -> str:
        return f"http://127.0.0.1:{self.desk_port}"

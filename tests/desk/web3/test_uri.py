"""Links that wallets pay by: EIP-681, exact to the last unit."""

from __future__ import annotations

import re

import pytest

from flask_till.chains import Coin
from flask_till.desk.gateways.web3.uri import payment_uri, qr_path
from flask_till.errors import InvalidRequest

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"


def test_a_native_coin_is_sent_to_the_recipient() -> None:
    coin = Coin(1, "ETH", 18)
    assert payment_uri(coin, SHOP, 25 * 10**17) == f"ethereum:{SHOP}@1?value=2500000000000000000"


def test_a_token_is_transferred_by_its_contract() -> None:
    coin = Coin(137, "USDC", 6, USDC)
    assert payment_uri(coin, SHOP, 12_500_000) == (
        f"ethereum:{USDC}@137/transfer?address={SHOP}&uint256=12500000"
    )


@pytest.mark.parametrize("units", [1, 10**18, 10**21, 123_456_789_012_345_678, 2**255, 2**256 - 1])
@pytest.mark.parametrize("decimals", [0, 6, 18])
def test_amounts_are_whole_base_units_in_all_their_digits(units: int, decimals: int) -> None:
    for coin, name in (
        (Coin(1, "ETH", decimals), "value"),
        (Coin(1, "X", decimals, USDC), "uint256"),
    ):
        link = payment_uri(coin, SHOP, units)
        assert re.search(rf"[?&]{name}=({units})\Z", link)


def test_addresses_get_their_checksum() -> None:
    coin = Coin(1, "USDC", 6, USDC.lower())
    assert payment_uri(coin, SHOP.lower(), 5) == payment_uri(Coin(1, "USDC", 6, USDC), SHOP, 5)


@pytest.mark.parametrize("address", ["", SHOP[:-1], SHOP[:-1] + "g", SHOP.replace("D4", "d4")])
def test_a_mistyped_address_makes_no_link(address: str) -> None:
    with pytest.raises(InvalidRequest):
        payment_uri(Coin(1, "ETH", 18), address, 5)
    with pytest.raises(InvalidRequest):
        payment_uri(Coin(1, "USDC", 6, address), SHOP, 5)


@pytest.mark.parametrize("units", [0, -1, 2**256])
def test_no_link_asks_for_an_amount_that_cannot_be_sent(units: int) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        payment_uri(Coin(1, "ETH", 18), SHOP, units)


def drawn(path: str, size: int) -> list[list[bool]]:
    """The modules that the path data fills."""
    rows = [[False] * size for _ in range(size)]
    for x, y, length, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path):
        assert length == back
        for place in range(int(x), int(x) + int(length)):
            rows[int(y)][place] = True
    return rows


def test_a_code_is_drawn_module_by_module() -> None:
    import segno

    link = payment_uri(Coin(137, "USDC", 6, USDC), SHOP, 2**256 - 1)
    path, size = qr_path(link)
    expected = segno.make(link, error="m", micro=False).matrix
    rows = drawn(path, size)
    assert [[bool(one) for one in row] for row in expected] == [row[4:-4] for row in rows[4:-4]]
    around = rows[:4] + rows[-4:] + [row[:4] + row[-4:] for row in rows]
    assert not any(any(row) for row in around)

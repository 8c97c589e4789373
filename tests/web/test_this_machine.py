"""Which hosts are this very machine."""

from __future__ import annotations

import pytest

from flask_till.web.this_machine import is_this_machine


@pytest.mark.parametrize(
    "netloc",
    ["localhost", "localhost:5000", "shop.localhost", "127.0.0.1:5001", "127.8.8.8", "[::1]:80"],
)
def test_these_are(netloc):
    assert is_this_machine(netloc)


@pytest.mark.parametrize(
    "netloc", ["shop.example", "localhost.example", "10.0.0.1", "0.0.0.0", "", "[::", "mylocalhost"]
)
def test_these_are_not(netloc):
    assert not is_this_machine(netloc)

"""Chromium for the programs that need one."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.conftest import CHROMIUM_ARGS

SYSTEM = Path("/usr/bin/chromium-headless-shell")


def open_browser(playwright: Playwright) -> Browser:
    """Playwright's own, else the system's; ``TILL_CHROMIUM`` names another."""
    own = Path(playwright.chromium.executable_path)
    named = os.environ.get("TILL_CHROMIUM")
    path = named or (None if own.exists() else str(SYSTEM))
    return playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGS)

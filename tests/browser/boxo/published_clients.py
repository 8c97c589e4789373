"""The browser clients that Boxo publishes, as pages use them: a host's page and a miniapp's.

The packages are what npm has. A host's page follows the readme of ``@appboxo/web-sdk``, a
miniapp's that of ``@appboxo/js-sdk``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect, send_file
from werkzeug.exceptions import NotFound

HOST = """<!doctype html><html lang="en"><head><title>Host</title><link rel="icon" href="data:,">
<style>iframe {{ width: 100%; height: 600px; }}</style></head>
<body><h1>Host</h1><div id="miniapp"></div><script type="module">
import {{ AppboxoWebSDK }} from '/npm/@appboxo/web-sdk/dist/index.js';
const settings = {settings};
const sdk = (window.sdk = new AppboxoWebSDK({{
  ...settings,
  onPaymentRequest: {pays} && (async (payment) => {{
    (window.payments ??= []).push(payment);
    const body = {{ order_payment_id: payment.transactionToken, action: window.action ?? 'pay' }};
    const answer = await fetch(settings.payUrl, {{
      method: 'POST',
      headers: {{ 'Content-Type': 'application/json' }},
      body: JSON.stringify(body),
    }});
    return {{ ...payment, ...(await answer.json()) }};
  }}),
}}));
sdk.setAuthCode(settings.authCode);
sdk.onEvent('greet', async (type, {{ name }}) => ({{ greeting: `Hello ${{name}}` }}));
sdk.onPaymentComplete((success, data) => (window.completed = {{ success, data }}));
sdk.onLoginComplete((success) => (window.loggedIn = success));
await sdk.mount({{ container: document.getElementById('miniapp') }});
</script></body></html>"""

MINIAPP = """<!doctype html><html lang="en"><head><title>Teas</title><link rel="icon" href="data:,">
</head><body><h1>Teas</h1><script type="module">
import sdk from '/npm/@appboxo/js-sdk/dist/index.es.js';
window.sdk = sdk;
const plain = (value) => JSON.parse(JSON.stringify(value));
window.outcome = (promise) =>
  promise.then((answer) => ({ answer }), (refused) => ({ refused: plain(refused) }));
document.body.append(Object.assign(document.createElement('p'), { textContent: 'Ready' }));
</script></body></html>"""


def host_page(pays: bool = True, **settings: Any) -> str:
    """``payUrl`` is where the host's own page has a payment made; the rest is the SDK's."""
    return HOST.format(settings=json.dumps(settings), pays=json.dumps(pays))


def serve_packages(app: Flask, node_modules: Path) -> None:
    """Below ``/npm/``, as modules that name each other without ``.js`` need it."""

    @app.get("/npm/<path:path>")
    def package(path: str) -> Any:
        file = node_modules / path
        if file.is_dir():
            return redirect(f"/npm/{path}/index.js")
        for found in (file, file.with_name(file.name + ".js")):
            if found.is_file():
                response: Response = send_file(found, mimetype="text/javascript")
                return response
        raise NotFound

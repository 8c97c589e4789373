"""How a shop reaches InPost Pay, or any wallet that speaks the same."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from . import setting_values as values
from .errors import SettingsError
from .setting_fields import Both, setting

SANDBOX, LIVE = "sandbox", "production"
API = {LIVE: "https://api.inpost.pl", SANDBOX: "https://sandbox-api.inpost.pl"}
LOGIN = {LIVE: "https://login.inpost.pl", SANDBOX: "https://sandbox-login.inpost.pl"}
TOKEN_PATH = "/auth/realms/external/protocol/openid-connect/token"  # noqa: S105 - a path
WIDGET = {
    LIVE: "https://inpostpay-widget-v2.inpost.pl/inpostpay.widget.v2.js",
    SANDBOX: "https://sandbox-inpostpay-widget-v2.inpost.pl/inpostpay.widget.v2.js",
}
APP_LINK = {LIVE: "inpost://izilink", SANDBOX: "inpostsandbox://izilink"}


@dataclass(frozen=True, slots=True)
class InpostSettings(Both):
    """What the shop is to the wallet, and where the wallet is."""

    vat_rate: Decimal = setting(  # noqa: RUF009 - a field
        "TILL_VAT_RATE",
        Decimal(23),
        values.percent,
        "VAT in percent of products and deliveries that name no rate of their own.",
    )
    inpost_client_id: str | None = setting(
        "TILL_INPOST_CLIENT_ID",
        None,
        values.maybe(values.text),
        "Turns InPost Pay on, with the next two.",
    )
    inpost_client_secret: str | None = setting(
        "TILL_INPOST_CLIENT_SECRET",
        None,
        values.maybe(values.text),
        "The secret that belongs to it.",
    )
    inpost_pos_id: str | None = setting(
        "TILL_INPOST_POS_ID",
        None,
        values.maybe(values.text),
        "The point of sale that orders name, e.g. `V000000000`.",
    )
    inpost_merchant_client_id: str | None = setting(
        "TILL_INPOST_MERCHANT_CLIENT_ID",
        None,
        values.maybe(values.text),
        "The public id for the vendor's second widget.",
    )
    inpost_merchant_secret: str | None = setting(
        "TILL_INPOST_MERCHANT_SECRET",
        None,
        values.maybe(values.text),
        "Signs refunds.",
    )
    inpost_env: str | None = setting(
        "TILL_INPOST_ENV",
        None,
        values.maybe(values.one_of(LIVE, SANDBOX)),
        "Which InPost Pay the URLs below are of: `production` or `sandbox`. Default: the sandbox"
        " in development.",
    )
    inpost_api_url: str | None = setting(
        "TILL_INPOST_API_URL",
        None,
        values.maybe(values.url),
        "Another wallet that speaks InPost Pay, e.g. a desk: `https://pay.example.com/inpost`.",
    )
    inpost_token_url: str | None = setting(
        "TILL_INPOST_TOKEN_URL",
        None,
        values.maybe(values.url),
        f"Where tokens come from. Default: InPost's, or `{TOKEN_PATH}` below"
        " `TILL_INPOST_API_URL`.",
    )
    inpost_widget_url: str | None = setting(
        "TILL_INPOST_WIDGET_URL",
        None,
        values.maybe(values.url),
        "The vendor's script that `till.inpost_widget_script()` loads. Default: InPost's second"
        " widget.",
    )
    inpost_widget_api_url: str | None = setting(
        "TILL_INPOST_WIDGET_API_URL",
        None,
        values.maybe(values.url),
        "The API that the vendor's script speaks to, if not its own.",
    )
    inpost_app_link: str | None = setting(
        "TILL_INPOST_APP_LINK",
        None,
        values.maybe(values.text),
        "What opens a linked basket in the app; `?basket_id=` is added. Default: InPost's app.",
    )
    inpost_prompt_seconds: int = setting(
        "TILL_INPOST_PROMPT_SECONDS",
        300,
        values.whole(10, 86_400),
        "Seconds that a shopper has to confirm on the phone before the page asks anew.",
    )

    @property
    def has_wallet(self) -> bool:
        return self.inpost_client_id is not None

    @property
    def _kind(self) -> str:
        return self.inpost_env or (SANDBOX if self.in_development else LIVE)

    @property
    def wallet_api(self) -> str:
        return self.inpost_api_url or API[self._kind]

    @property
    def wallet_login(self) -> str:
        if self.inpost_token_url is not None:
            return self.inpost_token_url
        return (self.inpost_api_url or LOGIN[self._kind]) + TOKEN_PATH

    @property
    def wallet_widget(self) -> str:
        return self.inpost_widget_url or WIDGET[self._kind]

    def app_link(self, inpost_basket_id: str) -> str:
        """Opens a linked basket in the app."""
        link = self.inpost_app_link or APP_LINK[self._kind]
        joint = "&" if "?" in link else "?"
        return f"{link}{joint}{urlencode({'basket_id': inpost_basket_id})}"


def require_wallet(settings: InpostSettings) -> None:
    """Raises `SettingsError` when a wallet is half set up, or could not be reached safely."""
    needed = {
        "TILL_INPOST_CLIENT_SECRET": settings.inpost_client_secret,
        "TILL_INPOST_POS_ID": settings.inpost_pos_id,
    }
    if not settings.has_wallet:
        _refuse_half({key: value for key, value in needed.items() if value is not None})
        return
    for key, value in needed.items():
        if value is None:
            raise SettingsError(
                f"TILL_INPOST_CLIENT_ID is set and {key} is not.",
                remedy=f"Set {key} to what InPost, or the desk that is the wallet, gave you.",
            )
    for key, url in {
        "TILL_INPOST_API_URL": settings.wallet_api,
        "TILL_INPOST_TOKEN_URL": settings.wallet_login,
    }.items():
        if not settings.in_development and not url.startswith("https://"):
            raise SettingsError(
                f"{key} is not https: the client secret would travel in the open.",
                remedy=f"Use an https URL for {key}.",
            )


def _refuse_half(given: dict[str, str | None]) -> None:
    for key in given:
        raise SettingsError(
            f"{key} is set and TILL_INPOST_CLIENT_ID is not.",
            remedy="Set TILL_INPOST_CLIENT_ID to turn InPost Pay on, or remove the other.",
        )

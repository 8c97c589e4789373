"""Claim codes, deep links, paths: in both directions, as people and programs mangle them."""

from __future__ import annotations

import json
from contextlib import suppress
from math import log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import NotFound, RequestError
from flask_till.wire.kigo import paths
from flask_till.wire.kigo.claim_codes import LETTERS, POSSIBLE, new_claim_code, read_claim_code
from flask_till.wire.kigo.links import (
    KIGO_HUB,
    HubVisit,
    deeplink,
    program_link,
    read_deeplink,
    read_program_session,
    read_visit,
    with_session,
)
from flask_till.wire.kigo.orders import Order
from flask_till.wire.kigo.rates import Rate

EXAMPLES = Path(__file__).parent / "examples"
SSO = json.loads((EXAMPLES / "sso-and-deeplink.json").read_text())
CODE, SESSION = "KG7Q-2M4X-9TRB", SSO["response"]["body"]["session_id"]
ORDER = json.loads((EXAMPLES / "place-order.json").read_text())["cases"][0]["response"]["body"]

# ---- codes ----


@pytest.mark.parametrize(
    ("number", "code"),
    [(0, "2222-2222-2222"), (30**12 - 1, "ZZZZ-ZZZZ-ZZZZ"), (123456789012345678, "MEX5-TJ8N-94Z8")],
)
def test_a_number_is_written_as_a_code(number: int, code: str) -> None:
    # node -e 'const L="23456789ABCDEFGHJKMNPQRSTVWXYZ";let n=123456789012345678n,s="";
    #   for(let i=0;i<12;i++){s+=L[Number(n%30n)];n/=30n} console.log(s.match(/..../g).join("-"))'
    assert new_claim_code(lambda most: number if most == 30**12 else -1) == code


def test_a_code_has_58_bits_and_no_letter_that_is_mistaken_for_another() -> None:
    assert POSSIBLE == 531441000000000000
    assert log2(POSSIBLE) > 58
    assert not set("01ILOU") & set(LETTERS)
    assert len({new_claim_code() for _ in range(50)}) == 50


@given(st.integers(0, POSSIBLE - 1))
def test_every_code_is_read_in_any_dress(number: int) -> None:
    code = new_claim_code(lambda _: number)
    bare = code.replace("-", "")
    for dress in (code, code.lower(), bare, bare.lower(), code[:5] + bare[4:], bare[:8] + code[9:]):
        assert read_claim_code(dress) == code


@pytest.mark.parametrize(
    "text",
    ["", CODE[:-1], CODE + "2", CODE + "-", "-" + CODE, "KG7-Q2M4X-9TRB", "KG7Q--2M4X-9TRB",
     "KG7Q 2M4X 9TRB", f" {CODE}", f"{CODE}\n", "KG7Q-2M4X-9TR0", "KG7Q-2M4X-9TR1",
     "KG7Q-2M4X-9TRI", "KG7Q-2M4X-9TRl", "KG7Q-2M4X-9TRO", "KG7Q-2M4X-9TRu", "\u212aG7Q-2M4X-9TRB",
     "KG7Q-2M4X-9T\u017fB", "KG7Q-2M4X-٩TRB", f"{CODE}\x00", "\ud800", "K" * 100_000],
)  # fmt: skip
def test_what_can_be_no_code_is_not_found(text: str) -> None:
    with pytest.raises(NotFound) as refused:
        read_claim_code(text)
    assert refused.value.code == "claim_code_not_found"
    assert CODE not in str(refused.value)


@given(st.text(st.characters(), max_size=20))
def test_any_text_is_a_code_or_not_found(text: str) -> None:
    try:
        code = read_claim_code(text)
    except NotFound:
        return
    assert code.replace("-", "").lower() == text.replace("-", "").lower()


# ---- links ----


def test_both_links_of_the_example_open_the_same() -> None:
    for link in SSO["links"]:
        assert read_deeplink(link) == HubVisit(CODE, SESSION)
    assert with_session(deeplink(KIGO_HUB, CODE), SESSION) == SSO["links"][0]
    assert deeplink(KIGO_HUB, CODE) == ORDER["deeplink_url"]


@pytest.mark.parametrize(
    ("hub", "link"),
    [
        ("https://partner-hub.kigo.io/", "https://partner-hub.kigo.io?claim-code=" + CODE),
        ("http://127.0.0.1:5001/kigo/hub", "http://127.0.0.1:5001/kigo/hub?claim-code=" + CODE),
    ],
)
def test_a_link_has_no_slash_before_its_query(hub: str, link: str) -> None:
    assert deeplink(hub, CODE) == link
    assert read_deeplink(link).claim_code == CODE


def test_a_library_may_print_the_slash() -> None:
    # node -e 'console.log(new URL("https://partner-hub.kigo.io?claim-code=KG7Q-2M4X-9TRB").href)'
    printed = "https://partner-hub.kigo.io/?claim-code=KG7Q-2M4X-9TRB"
    assert read_deeplink(printed).claim_code == CODE


@pytest.mark.parametrize(
    ("link", "made"),
    [
        ("https://a.example?claim-code=x", "https://a.example?claim-code=x&session-id=s%261"),
        ("https://a.example", "https://a.example?session-id=s%261"),
        ("https://a.example/?a=%2B+&b", "https://a.example/?a=%2B+&b&session-id=s%261"),
        ("https://a.example?session-id=old&a=1", "https://a.example?a=1&session-id=s%261"),
        ("https://a.example?session%2Did=old&a=1", "https://a.example?a=1&session-id=s%261"),
        ("https://a.example?a=1#top", "https://a.example?a=1&session-id=s%261#top"),
    ],
)
def test_the_session_stands_at_the_end_of_the_link(link: str, made: str) -> None:
    assert with_session(link, "s&1") == made


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "//a.example", "https://a b",
                                     "https://u:p@a.example", "https://[", "https://a.example\r\n",
                                     "https://a.example/\ud800"])  # fmt: skip
def test_what_is_no_address_makes_no_link(address: str) -> None:
    for act in (
        lambda: deeplink(address, CODE),
        lambda: with_session(address, SESSION),
        lambda: program_link(address, "p", SESSION),
        lambda: read_deeplink(address),
    ):
        with pytest.raises(RequestError) as refused:
            act()
        assert (refused.value.status, refused.value.code) == (400, "invalid_request")


@pytest.mark.parametrize("hub", ["https://a.example?x=1", "https://a.example#top"])
def test_a_hub_has_no_query_of_its_own(hub: str) -> None:
    with pytest.raises(RequestError, match="hub"):
        deeplink(hub, CODE)


def test_a_link_without_a_code_leads_nowhere() -> None:
    for link in ("https://a.example", "https://a.example?claim-code=", "https://a.example?x=1"):
        with pytest.raises(NotFound):
            read_deeplink(link)


def test_the_other_form_of_link() -> None:
    # node -e 'const p = new URL("https://b.example/sso/" + encodeURIComponent("gold card/ż"));
    #   p.searchParams.set("uuid", "3f1b"); console.log(p.href)'
    link = "https://b.example/sso/gold%20card%2F%C5%BC?uuid=3f1b"
    assert program_link("https://b.example/", "gold card/ż", "3f1b") == link
    assert read_program_session(link.partition("?")[2].encode()) == "3f1b"
    assert read_program_session(b"") == ""


@pytest.mark.parametrize(
    ("query", "visit"),
    [
        (b"", HubVisit()),
        (b"claim-code=a&session-id=b", HubVisit("a", "b")),
        (b"session-id=b&claim-code=a", HubVisit("a", "b")),
        (b"claim-code=a&utm=%ff&uuid=%00&&=&x", HubVisit("a", "")),
        (b"claim%2Dcode=a", HubVisit("a", "")),
        (b"claim-code=a&claim-code=a", HubVisit("a", "")),
        (b"Claim-Code=a", HubVisit()),
        # node -e 'console.log(Object.fromEntries(new URLSearchParams(
        #   "session-id=a%2Bb+c&claim-code=%C5%BC")))'
        (b"session-id=a%2Bb+c&claim-code=%C5%BC", HubVisit("ż", "a+b c")),
        (b"claim-code=%", HubVisit("%", "")),
    ],
)
def test_the_hub_reads_its_parameters(query: bytes, visit: HubVisit) -> None:
    assert read_visit(query) == visit


@pytest.mark.parametrize(
    "query",
    [b"claim-code=%ff", b"claim-code=%00", b"session-id=\xff", b"session-id=%ED%A0%80",
     b"claim-code=a&claim-code=b", b"claim-code=a&claim%2dcode=b", b"x" * 8193],
)  # fmt: skip
def test_a_parameter_that_cannot_be_read_is_refused(query: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        read_visit(query)
    assert (refused.value.status, refused.value.code) == (400, "invalid_request")


@given(st.binary(max_size=40))
def test_any_query_is_read_or_refused(query: bytes) -> None:
    for prefix in (b"", b"claim-code=", b"session-id="):
        with suppress(RequestError):
            read_visit(prefix + query)


@given(st.text(max_size=30))
def test_any_address_is_read_or_refused(text: str) -> None:
    for link in (text, f"https://{text}", f"https://a.example?claim-code={text}"):
        with suppress(RequestError):
            read_deeplink(link)
        with suppress(RequestError):
            with_session(link, "s")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20))
def test_any_session_comes_through_a_link(session: str) -> None:
    link = with_session(deeplink("https://a.example/hub", CODE), session)
    assert read_deeplink(link) == HubVisit(CODE, session)


def test_a_visit_hides_what_it_holds() -> None:
    assert repr(HubVisit(CODE, SESSION)) == "HubVisit()"


def test_an_order_gets_its_code_and_link_and_loses_them() -> None:
    order = Order.of(ORDER)
    told = order.without_code()
    assert "claim_code" not in told.to_data()
    assert CODE not in told.to_bytes().decode()
    assert Order.with_code(told, "kg7q2m4x9trb", KIGO_HUB) == order
    with pytest.raises(NotFound):
        Order.with_code(told, "x", KIGO_HUB)


# ---- paths ----


def test_the_paths_are_those_of_the_examples() -> None:
    def path_of(name: str, case: int = 0) -> str:
        told = json.loads((EXAMPLES / f"{name}.json").read_text())
        return str((told.get("cases") or [told])[case]["request"]["path"])

    assert path_of("partner-token") == paths.SESSION
    assert path_of("sso-and-deeplink") == paths.SSO_SESSIONS
    assert path_of("place-order") == paths.place_path(ORDER["product_id"])
    assert path_of("claim") == paths.claim_path("kg7q2m4x9trb")
    assert path_of("claim", 1) == paths.CLAIM
    assert paths.USER_SESSION == "/api/v1/auth/user-session"
    assert paths.REFRESH == "/api/v1/auth/refresh"
    assert paths.cancel_path("A-1") == "/api/v1/orders/a-1/cancel"
    assert paths.token_path("A-1") == "/api/v1/tokens/a-1"


@pytest.mark.parametrize("text", ["", "..", "a/b", "a?b", "a%2fb", "ż", "a\x00", "a\n", "\ud800",
                                  "a" * 256])  # fmt: skip
def test_what_can_be_no_id_is_not_found(text: str) -> None:
    wanted = {
        paths.place_path: "product_not_found",
        paths.order_path: "order_not_found",
        paths.cancel_path: "order_not_found",
        paths.claim_path: "claim_code_not_found",
        paths.token_path: "claim_code_not_found",
    }
    for make, code in wanted.items():
        with pytest.raises(NotFound) as refused:
            make(text)
        assert refused.value.code == code


def test_an_id_has_255_characters_at_most() -> None:
    assert paths.check_product_id("A" * 255) == "A" * 255


# ---- rates ----


def test_what_is_left_is_told_in_headers() -> None:
    rate = Rate(100, 0, 2)
    headers = {"RateLimit-Limit": "100", "RateLimit-Remaining": "0", "RateLimit-Reset": "2"}
    assert rate.to_headers() == headers
    assert Rate.read({name.upper(): value for name, value in headers.items()}) == rate
    assert Rate(1, -3, 0).to_headers()["RateLimit-Remaining"] == "0"
    for wrong in ("", "x", "-1", "٣", "²", "9" * 10):
        assert Rate.read(headers | {"RateLimit-Reset": wrong}) is None
    assert Rate.read({}) is None

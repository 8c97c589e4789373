"""Webhook configurations: whose they are, what may be in them, and their keys (8)."""

from __future__ import annotations

import pytest

from flask_till.desk.tables.w3block import w3_hooks
from flask_till.desk.w3block_hook import MOST_HOOKS
from tests.desk.w3block.test_delivery import FORM
from tests.desk.w3block.the_company import COMPANY, Storefront, refused
from tests.desk.w3block.the_hooks import OTHER, hooks

URL = "https://hooks.example.org/orders?of=us"


def made(by: Storefront, **more):
    answer = hooks(by, "POST", json={"webhookUrl": URL} | more)
    assert answer.status_code == 201, answer.data
    return answer.json


def test_a_configuration_has_a_key_of_the_desks_own_making(company, desk):
    first, second = made(company.server), made(company.server, maxRetries=2)
    assert {
        name: first[name] for name in ("companyId", "webhookUrl", "maxRetries", "disabled")
    } == {
        "companyId": COMPANY,
        "webhookUrl": URL,
        "maxRetries": 5,
        "disabled": False,
    }
    assert second["maxRetries"] == 2
    assert len(first["signatureKey"]) == 64
    assert first["signatureKey"] != second["signatureKey"]
    assert first["id"] != second["id"]
    stored = str([tuple(row) for row in desk.rows(w3_hooks)])
    assert first["signatureKey"] not in stored


def test_it_is_read_alone_and_in_pages(company, clock):
    first = made(company.server)
    clock.advance(1)
    second = made(company.server)
    assert hooks(company.server, path=f"/{first['id'].upper()}").json == first
    listed = hooks(company.server).json
    assert [one["id"] for one in listed["items"]] == [second["id"], first["id"]]
    page = hooks(company.server, query_string={"limit": 1, "page": 2, "orderBy": "ASC"}).json
    assert page["items"] == [second]
    assert page["meta"]["totalItems"] == 2
    for search, many in (("EXAMPLE.org/orders", 2), ("elsewhere", 0), ("_", 0), ("%", 0)):
        found = hooks(company.server, query_string={"search": search}).json
        assert found["meta"]["totalItems"] == len(found["items"]) == many


def test_a_change_leaves_what_is_not_given_and_the_key(company, clock):
    first = made(company.server)
    path = f"/{first['id']}"
    clock.advance(1)
    changed = hooks(company.server, "PATCH", path, json={"maxRetries": 9, "signatureKey": "mine"})
    assert changed.status_code == 200
    later = {"maxRetries": 9, "updatedAt": "2026-03-02T10:00:01.000Z"}
    assert changed.json == first | later
    there = "https://elsewhere.example.org/"
    assert hooks(company.server, "PATCH", path, json={"webhookUrl": there}).json["maxRetries"] == 9
    assert hooks(company.server, path=path).json["webhookUrl"] == there
    empty = hooks(company.server, "PATCH", path, data=b"", content_type=FORM)
    assert (empty.status_code, empty.json["webhookUrl"]) == (200, there)


def test_it_is_switched_off_and_on_by_calls_without_a_body(company):
    path = f"/{made(company.server)['id']}"
    for verb, is_off in (("disable", True), ("disable", True), ("enable", False)):
        answer = hooks(company.server, "PATCH", f"{path}/{verb}", data=b"", content_type=FORM)
        assert (answer.status_code, answer.data) == (204, b"")
        assert hooks(company.server, path=path).json["disabled"] is is_off


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://10.0.0.1/",
        "https://[::ffff:7f00:1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[64:ff9b::7f00:1]/",
        "https://intranet/",
        "https://user:word@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https://hooks.example.org:6379/",
        "ftp://hooks.example.org/",
        "https://hooks.example.org/a b",
        "",
        None,
        7,
    ],
)
def test_addresses_that_nobody_should_call_are_refused(company, url):
    refused(hooks(company.server, "POST", json={"webhookUrl": url}), 400, "validation-error")
    if url is not None:
        path = f"/{made(company.server)['id']}"
        answer = hooks(company.server, "PATCH", path, json={"webhookUrl": url})
        refused(answer, 400, "validation-error")
        assert hooks(company.server, path=path).json["webhookUrl"] == URL


@pytest.mark.parametrize("tries", [0, 16, -1, "5", 2.5, True])
def test_tries_are_a_small_whole_number(company, tries):
    body = {"webhookUrl": URL, "maxRetries": tries}
    refused(hooks(company.server, "POST", json=body), 400, "validation-error")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"maxRetries":1}'])
def test_a_configuration_needs_an_address(company, body):
    refused(hooks(company.server, "POST", data=body), 400, "validation-error")


def test_a_company_has_only_so_many_and_counts_them_one_by_one(company, at_once):
    def add(_: int) -> int:
        return hooks(company.server, "POST", json={"webhookUrl": URL}).status_code

    assert sorted(at_once(add, MOST_HOOKS + 3)) == [201] * MOST_HOOKS + [400] * 3


CALLS = [
    ("POST", ""),
    ("GET", ""),
    ("GET", "/{id}"),
    ("PATCH", "/{id}"),
    ("PATCH", "/{id}/enable"),
    ("PATCH", "/{id}/disable"),
    ("GET", "/{id}/webhooks"),
    ("GET", "/{id}/webhooks/{id}"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_only_the_companys_own_people_get_in(company, desk, ann, method, path):
    path = path.format(id=made(company.server)["id"])
    other = desk.desk.add_merchant(name="Others")
    company.enrol(OTHER, other.merchant_id)
    stranger = Storefront(
        desk.browserless,
        x_w3block_id=OTHER,
        x_w3block_api_key=company.server.headers["x-w3block-api-key"],
        x_w3block_secret=company.server.headers["x-w3block-secret"],
    )
    for nobody in (company.public, ann, stranger):
        refused(hooks(nobody, method, path, json={"webhookUrl": URL}), 401, None)
    if "/" in path:  # under his own company's path it does not exist
        stranger.company = OTHER
        refused(hooks(stranger, method, path, json={"webhookUrl": URL}), 404, None)
    for role in ("admin", "administrator", "superAdmin", "integration"):
        staff = company.signed_in(f"{role}@example.org", roles=[role])
        answer = hooks(staff, method, path, json={"webhookUrl": URL})
        nothing_there = path.count("/") == 3  # it was told nothing yet
        assert answer.status_code in ((404,) if nothing_there else (200, 201, 204)), role


@pytest.mark.parametrize("bad", ["x", "9c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"])
def test_what_is_not_there_is_404(company, bad):
    made(company.server)
    refused(hooks(company.server, path=f"/{bad}"), 404, None)
    refused(hooks(company.server, path=f"/{bad}/webhooks"), 404, None)
    refused(hooks(company.server, "PATCH", f"/{bad}/disable"), 404, None)


def test_an_operator_may_give_fixed_values(company):
    given = {"hook_id": OTHER, "key": "a key for a demo"}
    company.enrolment.hooks.ensure(COMPANY, URL, **given)
    company.enrolment.hooks.ensure(COMPANY, "https://other.example.org/", **given)
    told = hooks(company.server, path=f"/{OTHER}").json
    assert told["signatureKey"] == "a key for a demo"
    assert told["webhookUrl"] == "https://other.example.org/"

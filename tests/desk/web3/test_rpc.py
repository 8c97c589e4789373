"""One node: what it may say, and everything that is taken for no answer."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flask_till.desk.gateways.web3 import rpc
from flask_till.desk.gateways.web3.rpc import AnswerTooLarge, Node, NodeRefused, NodeUnavailable
from flask_till.errors import GatewayUnavailable, SettingsError, TillError
from tests.stand_ins.chain import LyingNode, TheChain


@pytest.fixture
def node(first_node: LyingNode) -> Iterator[Node]:
    reached = Node(first_node.url, timeout=5)
    yield reached
    reached.close()


def test_a_call_gives_what_the_node_answers(chain: TheChain, node: Node) -> None:
    assert node.call("eth_getBlockByNumber", "latest", False) == chain.block("latest")


def test_a_node_is_shared_between_threads(
    chain: TheChain, node: Node, at_once: Callable[..., list[Any]]
) -> None:
    asked = at_once(lambda one: node.call("eth_getBalance", chain.people[one], "latest"), 8)
    assert asked == [chain("eth_getBalance", one, "latest") for one in chain.people[:8]]


ODD = {
    "nothing": b"",
    "a page": b"<html><body>Bad gateway</body></html>",
    "null": b"null",
    "a number": b"42",
    "a list": b'[{"jsonrpc":"2.0","id":1,"result":"0x1"}]',
    "half": b'{"jsonrpc":"2.0","id":1,"resu',
    "two": b'{"jsonrpc":"2.0","id":1,"result":"0x1"}{"jsonrpc":"2.0","id":1,"result":"0x2"}',
    "no version": b'{"id":1,"result":"0x1"}',
    "another version": b'{"jsonrpc":"1.0","id":1,"result":"0x1"}',
    "no id": b'{"jsonrpc":"2.0","result":"0x1"}',
    "another id": b'{"jsonrpc":"2.0","id":2,"result":"0x1"}',
    "an id of text": b'{"jsonrpc":"2.0","id":"1","result":"0x1"}',
    "an id that is true": b'{"jsonrpc":"2.0","id":true,"result":"0x1"}',
    "no result": b'{"jsonrpc":"2.0","id":1}',
    "result and error": b'{"jsonrpc":"2.0","id":1,"result":"0x1","error":{"code":1,"message":"m"}}',
    "an error of text": b'{"jsonrpc":"2.0","id":1,"error":"no"}',
    "an error without a code": b'{"jsonrpc":"2.0","id":1,"error":{"message":"m"}}',
    "an error whose code is text": b'{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"m"}}',
    "an error without words": b'{"jsonrpc":"2.0","id":1,"error":{"code":1}}',
    "not a number": b'{"jsonrpc":"2.0","id":1,"result":NaN}',
    "bytes that are no text": b'{"jsonrpc":"2.0","id":1,"result":"\xff\xfe"}',
    "a number of 5,000 digits": b'{"jsonrpc":"2.0","id":1,"result":' + b"9" * 5000 + b"}",
    "a deep hole": b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 200_000,
}


@pytest.mark.parametrize("said", ODD.values(), ids=ODD.keys())
def test_what_is_no_json_rpc_is_no_answer(first_node: LyingNode, node: Node, said: bytes) -> None:
    first_node.garbage = said
    with pytest.raises(NodeUnavailable) as caught:
        node.call("eth_blockNumber")
    assert isinstance(caught.value, GatewayUnavailable)


@pytest.fixture
def high_limit() -> Iterator[None]:
    """A recursion limit as libraries of chains set it, for the whole process."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("hole", [b"[" * 5000 + b"]" * 5000, b'{"a":' * 5000 + b"1" + b"}" * 5000])
def test_what_nests_too_deep_is_not_even_read(
    first_node: LyingNode, node: Node, high_limit: None, hole: bytes
) -> None:
    first_node.garbage = b'{"jsonrpc":"2.0","id":1,"result":%b}' % hole
    with pytest.raises(NodeUnavailable):
        node.call("eth_blockNumber")


@pytest.mark.parametrize("many", [b'"' + b"[{" * 5000 + b'"', b"[" + b"[1]," * 5000 + b"[]]"])
def test_many_brackets_side_by_side_or_in_a_text_are_fine(
    first_node: LyingNode, node: Node, many: bytes
) -> None:
    first_node.garbage = b'{"jsonrpc":"2.0","id":1,"result":%b}' % many
    assert node.call("eth_blockNumber") == json.loads(many)


def test_a_null_beside_a_result_is_no_error(first_node: LyingNode, node: Node) -> None:
    first_node.garbage = b'{"jsonrpc":"2.0","id":1,"result":"0x1","error":null}'
    assert node.call("eth_blockNumber") == "0x1"


def test_a_result_of_null_is_an_answer(node: Node) -> None:
    assert node.call("eth_getTransactionReceipt", "0x" + "00" * 32) is None


def test_a_refusal_says_what_the_node_said(first_node: LyingNode, node: Node) -> None:
    first_node.refuse("eth_call", 3, "execution reverted: no", data="0x08c379a0")
    with pytest.raises(NodeRefused) as caught:
        node.call("eth_call", {}, "latest")
    refusal = caught.value
    assert (refusal.rpc_code, refusal.rpc_message, refusal.data) == (
        3,
        "execution reverted: no",
        "0x08c379a0",
    )
    assert (refusal.kind, refusal.code) == ("reverted", "NODE_REFUSED")
    assert not isinstance(refusal, GatewayUnavailable)


def test_a_long_refusal_is_cut(first_node: LyingNode, node: Node) -> None:
    first_node.refuse("eth_call", 3, "m" * 100_000)
    with pytest.raises(NodeRefused) as caught:
        node.call("eth_call", {}, "latest")
    assert len(caught.value.rpc_message) == 300
    assert len(str(caught.value)) < 400


REFUSAL = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"unreadable"}}'


def test_a_node_that_could_not_read_the_question_may_refuse_without_its_id(
    first_node: LyingNode, node: Node
) -> None:
    first_node.garbage = REFUSAL
    with pytest.raises(NodeRefused, match="unreadable"):
        node.call("eth_blockNumber")


def test_a_refusal_under_400_is_a_refusal(first_node: LyingNode, node: Node) -> None:
    first_node.garbage, first_node.status = REFUSAL, 400
    with pytest.raises(NodeRefused, match="unreadable"):
        node.call("eth_blockNumber")


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 400, 401, 403, 404, 500, 502, 503])
def test_a_result_under_any_other_status_is_none(
    first_node: LyingNode, node: Node, status: int
) -> None:
    first_node.garbage, first_node.status = b'{"jsonrpc":"2.0","id":1,"result":"0x1"}', status
    with pytest.raises(NodeUnavailable):
        node.call("eth_blockNumber")


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_refusal_under_another_status_leaves_open_whether_it_acted(
    first_node: LyingNode, node: Node, status: int
) -> None:
    first_node.garbage, first_node.status = REFUSAL, status
    with pytest.raises(NodeUnavailable):
        node.call("eth_sendRawTransaction", "0x")


def test_a_redirect_is_not_followed(
    first_node: LyingNode, second_node: LyingNode, node: Node
) -> None:
    first_node.status, first_node.headers = 307, {"location": second_node.url}
    with pytest.raises(NodeUnavailable):
        node.call("eth_blockNumber")
    assert second_node.asked == []


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("0", 1), ("999999999", 3600), (None, 5), ("-1", 5), ("Wed, 21 Oct 2026", 5)],
)
def test_a_node_that_wants_rest_says_for_how_long(
    first_node: LyingNode, node: Node, said: str | None, seconds: int
) -> None:
    first_node.status = 429
    first_node.headers = {} if said is None else {"retry-after": said}
    with pytest.raises(NodeUnavailable) as caught:
        node.call("eth_blockNumber")
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (429, "anything"),
        (-32005, "daily request count exceeded, request rate limited"),
        (-32007, "50/second request limit reached"),
        (-32000, "Your app has exceeded its compute units per second capacity"),
        (-32016, "Too Many Requests"),
    ],
)
def test_a_node_may_ask_for_rest_in_json(
    first_node: LyingNode, node: Node, code: int, words: str
) -> None:
    first_node.refuse("eth_blockNumber", code, words)
    with pytest.raises(NodeUnavailable, match="less often"):
        node.call("eth_blockNumber")


def test_a_contract_that_reverts_with_such_words_does_not_ask_for_rest(
    first_node: LyingNode, node: Node
) -> None:
    first_node.refuse("eth_call", 3, "execution reverted: rate limit of the vault")
    with pytest.raises(NodeRefused):
        node.call("eth_call", {}, "latest")


def test_a_node_that_takes_too_long_is_given_up(first_node: LyingNode) -> None:
    first_node.delay = 1
    node = Node(first_node.url, timeout=0.05)
    with pytest.raises(NodeUnavailable, match="does not answer"):
        node.call("eth_blockNumber")
    node.close()


def test_a_node_that_is_not_there_does_not_answer(first_node: LyingNode, node: Node) -> None:
    first_node.stop()
    with pytest.raises(NodeUnavailable, match="does not answer"):
        node.call("eth_blockNumber")


def test_a_node_that_hangs_up_did_perhaps_act(
    chain: TheChain, first_node: LyingNode, node: Node
) -> None:
    first_node.drop_answer("anvil_setBalance")
    with pytest.raises(NodeUnavailable):
        node.call("anvil_setBalance", chain.people[0], "0x7")
    assert chain.balance(chain.eth, chain.people[0]) == 7


def test_no_more_is_read_than_eight_megabytes(first_node: LyingNode, node: Node) -> None:
    room = rpc.LARGEST_ANSWER - len(b'{"jsonrpc":"2.0","id":1,"result":""}')
    first_node.garbage = b'{"jsonrpc":"2.0","id":1,"result":"%b"}' % (b"x" * room)
    with pytest.raises(AnswerTooLarge):
        node.call("eth_getLogs", {})
    first_node.garbage = b'{"jsonrpc":"2.0","id":2,"result":"%b"}' % (b"x" * (room - 1))
    assert len(node.call("eth_getLogs", {})) == room - 1


# ---- several questions at once ----


def questions(chain: TheChain, many: int) -> list[Any]:
    return [
        ("eth_getBalance", (chain.people[number % 3], "latest"))
        if number % 2
        else ("eth_getBlockByNumber", (hex(number % 5), False))
        for number in range(many)
    ]


def answers(chain: TheChain, asked: list[Any]) -> list[Any]:
    return [chain(method, *params) for method, params in asked]


@pytest.mark.parametrize("many", [0, 1, 2, 49, 51])
def test_a_batch_gives_its_answers_in_the_order_of_the_questions(
    chain: TheChain, first_node: LyingNode, node: Node, many: int
) -> None:
    first_node.backwards = True
    asked = questions(chain, many)
    assert node.batch(asked) == answers(chain, asked)


def test_one_refusal_in_a_batch_is_raised(first_node: LyingNode, node: Node) -> None:
    first_node.refuse("eth_getLogs", -32000, "not now")
    with pytest.raises(NodeRefused, match="not now"):
        node.batch([("eth_blockNumber", ()), ("eth_getLogs", ({},))])


FIRST, SECOND = '{"jsonrpc":"2.0","id":1,"result":1}', '{"jsonrpc":"2.0","id":2,"result":2}'
THIRD = '{"jsonrpc":"2.0","id":3,"result":3}'


@pytest.mark.parametrize(
    "said",
    [
        [FIRST],
        [FIRST, FIRST],
        [FIRST, THIRD],
        [FIRST, SECOND, THIRD],
        [FIRST, SECOND, SECOND],
        [FIRST, "null"],
        [FIRST, SECOND.replace("2,", '"2",')],
        [],
    ],
    ids=["one missing", "twice", "foreign", "one more", "one again", "null", "text", "none"],
)
def test_a_batch_with_other_answers_than_questions_is_no_answer(
    first_node: LyingNode, node: Node, said: list[str]
) -> None:
    first_node.garbage = f"[{','.join(said)}]".encode()
    with pytest.raises(NodeUnavailable):
        node.batch([("eth_blockNumber", ()), ("eth_chainId", ())])


def test_one_result_for_a_batch_is_no_answer(first_node: LyingNode, node: Node) -> None:
    first_node.garbage = FIRST.encode()
    with pytest.raises(NodeUnavailable):
        node.batch([("eth_blockNumber", ()), ("eth_chainId", ())])


def test_a_node_that_knows_no_batches_is_asked_one_by_one_from_then_on(
    chain: TheChain, first_node: LyingNode, node: Node
) -> None:
    first_node.batches = False
    asked = questions(chain, 4)
    assert node.batch(asked) == answers(chain, asked)
    first_node.batches = True
    first_node.asked.clear()
    heard: list[Any] = []
    hear = first_node.hear
    first_node.hear = lambda question: heard.append(question) or hear(question)  # type: ignore[method-assign]
    assert node.batch(asked) == answers(chain, asked)
    assert [type(one) for one in heard] == [dict] * 4


def test_a_batch_that_came_too_soon_is_not_asked_again_one_by_one(
    first_node: LyingNode, node: Node
) -> None:
    error = {"code": -32005, "message": "too many requests"}
    first_node.garbage = json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode()
    with pytest.raises(NodeUnavailable, match="less often"):
        node.batch([("eth_blockNumber", ()), ("eth_chainId", ())])
    assert first_node.asked == []


# ---- its address ----


def test_the_key_in_a_nodes_address_is_never_shown(
    first_node: LyingNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    node = Node(f"{first_node.url}/v3/s3cr3t?apikey=s3cr3t", timeout=5)
    said = [repr(node), node.name]
    for problem in (b"no", REFUSAL):
        first_node.garbage = problem
        with pytest.raises(TillError) as caught:
            node.call("eth_blockNumber")
        said += [str(caught.value), repr(caught.value)]
    first_node.stop()
    with pytest.raises(NodeUnavailable) as gone:
        node.call("eth_blockNumber")
    said += [str(gone.value), str(gone.value.__cause__)]
    node.close()
    assert "s3cr3t" not in " ".join(said)
    assert "HTTP Request: POST" in caplog.text
    assert "s3cr3t" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "eth.example",
        "//eth.example",
        "ftp://eth.example",
        "ws://eth.example",
        "http://",
        "https://user:s3cr3t@eth.example",
        "https://eth.example/#s3cr3t",
        "https://eth.example/ s3cr3t",
        "https://[s3cr3t",
        "http://eth.example:s3cr3t",
        "http://eth.example:99999/s3cr3t",
        f"https://eth.example/{'s3cr3t' * 20_000}",
    ],
)
def test_what_is_no_address_of_a_node_is_refused_at_start(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Node(url)
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__suppress_context__

"""Many at once, and the end of a process at any point: each sending is paid once."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from flask_till.desk.actions import web3_sendings as actions
from flask_till.desk.actions.web3_sendings import Form
from tests.conftest import ROOT
from tests.desk.web3.the_office import TheOffice


def _run(mode: str, url: str, limit: float) -> str:
    command = [sys.executable, "-m", "tests.desk.web3.sending_lives", mode, url]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=limit, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_whoever_dies_anywhere_pays_once_and_leaves_no_gap(database_url: str) -> None:
    said = _run("crash", database_url, 380)
    assert "before sign" in said
    assert "after the commit of claim_nonce" in said
    assert "after the commit of add_form" in said
    assert "told" in said
    assert int(re.findall(r"(\d+) points", said)[0]) > 30


@pytest.mark.slow
def test_many_processes_take_each_nonce_once_and_tell_each_end_once(database_url: str) -> None:
    said = _run("race", database_url, 200)
    assert sum(map(int, re.findall(r"heard (\d+)", said))) == 40


def test_many_threads_send_each_once(office: TheOffice, at_once: Callable[..., Any]) -> None:
    senders = [office.another() for _ in range(6)]
    wanted = [office.want(office.chain.eth, 2**number) for number in range(24)]
    for _ in range(20):
        at_once(lambda number: senders[number].step(), len(senders))
        office.mine(1)
        office.clock.advance(0.2)
        if all(office.now(one).status == "final" for one in wanted):
            break
    done = [office.now(one) for one in wanted]
    assert sorted(one.nonce or 0 for one in done) == list(range(24))
    assert office.has(office.chain.eth) == 2**24 - 1
    assert set(Counter(one.id for one in office.heard).values()) == {1}
    assert len(office.heard) == 24


def test_two_that_sign_the_same_sending_send_one_of_their_forms(
    office: TheOffice, cut_in: Callable[..., None]
) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    other = office.another(signer=type("Signs", (), {
        "address": office.signer.address, "sign": office.signer.sign})())  # fmt: skip
    cut_in(office.signer, "sign", other.step, after=True)
    assert not office.step()
    assert len(office.posted(wanted).forms) == 1
    assert office.nonce("pending") == 1


def test_two_that_claim_the_same_nonce_for_two_sendings_give_it_to_one(
    office: TheOffice, at_once: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = office.want(office.chain.eth, 1), office.want(office.chain.eth, 2)
    gate = threading.Barrier(2)
    free_nonce = actions.free_nonce

    def free(work: Any, chain_id: int, sender: str, start: int) -> int:
        found = free_nonce(work, chain_id, sender, start)
        with suppress(threading.BrokenBarrierError):  # SQLite lets in one at a time
            gate.wait(0.5)
        return found

    def claim(number: int) -> bool:
        wanted = (first, second)[number]
        form = Form(f"0x{number}", wanted, "0x", 0, 21_000, 1, 1, office.clock())
        return office.database.write(actions.claim_nonce, form, sender=office.operator, first=0)

    monkeypatch.setattr(actions, "free_nonce", free)
    assert sorted(at_once(claim, 2)) == [False, True]
    states = sorted(office.now(one).status for one in (first, second))
    assert states == ["queued", "sent"]


def test_a_form_that_comes_too_late_is_not_kept(office: TheOffice) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    office.step()
    (form,) = office.posted(wanted).forms
    late = replace(form, tx_hash="0xlate", max_fee=form.max_fee * 2)

    def keep(one: Form, instead_of: str) -> bool:
        return office.database.write(actions.add_form, one, instead_of=instead_of)

    assert not keep(replace(late, nonce=form.nonce + 1), form.tx_hash)
    assert not keep(late, "0xother")
    assert office.database.write(actions.let_go, wanted, form.nonce, "used elsewhere")
    assert not office.database.write(actions.let_go, wanted, form.nonce, "used elsewhere")
    assert not keep(late, form.tx_hash)
    assert not office.database.write(actions.finish, wanted, tx_hash=form.tx_hash, failure="late")
    assert office.now(wanted).status == "queued"
    assert office.database.write(actions.take_up, form)
    assert not office.database.write(actions.let_go, wanted, form.nonce + 1, "used elsewhere")
    assert not office.database.write(actions.finish, wanted, failure="never signed")
    office.chain.go_on_mining()
    assert office.settle(wanted)[0].tx_hash == form.tx_hash
    assert not keep(late, form.tx_hash)


def test_two_that_replace_the_same_form_keep_one_nonce(
    office: TheOffice, cut_in: Callable[..., None]
) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    office.step()
    office.wait_blocks(20)
    other = office.another(signer=type("Signs", (), {
        "address": office.signer.address, "sign": office.signer.sign})())  # fmt: skip
    cut_in(office.signer, "sign", other.step, after=True)
    office.step()
    assert len(office.posted(wanted).forms) == 2
    office.chain.go_on_mining()
    assert office.settle(wanted)[0].nonce == 0
    assert office.has(office.chain.eth) == 5

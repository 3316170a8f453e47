from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from yingda.main import ports
from yingda.main.settings import Settings


@pytest.fixture
def settings(data: Path, free_port: Callable[[], int]) -> Settings:
    return Settings(data=data, http_port=free_port(), https_port=free_port(), sip_port=free_port())


def test_free_ports_pass(settings: Settings) -> None:
    ports.check_all(settings)


@pytest.mark.parametrize(
    ("name", "option", "kind", "protocol"),
    [("http_port", "--http-port", socket.SOCK_STREAM, "TCP"), ("sip_port", "--sip-port", socket.SOCK_DGRAM, "UDP")],
)
def test_a_taken_port_names_its_option(
    settings: Settings, name: str, option: str, kind: socket.SocketKind, protocol: str
) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", getattr(settings, name)))
        if kind == socket.SOCK_STREAM:
            other.listen()
        with pytest.raises(ports.PortTaken) as caught:
            ports.check_all(settings)
    assert caught.value.params == {"port": getattr(settings, name), "option": option, "protocol": protocol}


def test_https_is_looked_at_only_when_others_are_served(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.https_port))
        other.listen()
        ports.check_all(settings)
        with pytest.raises(ports.PortTaken) as caught:
            ports.check_all(replace(settings, host="0.0.0.0"))
    assert caught.value.params["option"] == "--https-port"


def test_an_address_of_another_machine(settings: Settings) -> None:
    with pytest.raises(ports.AddressMissing):
        ports.check_all(replace(settings, host="192.0.2.77"))


def test_one_port_for_two_things(settings: Settings) -> None:
    with pytest.raises(ports.PortsClash):
        ports.check_all(replace(settings, sip_port=settings.http_port))


def test_inner_ports_are_remembered_while_free_and_moved_when_taken(settings: Settings) -> None:
    first = ports.choose_inner(settings)
    assert first.ari_port != first.engine_port
    assert ports.choose_inner(first) == first
    with socket.socket() as other:
        other.bind(("127.0.0.1", first.ari_port))
        other.listen()
        moved = ports.choose_inner(first)
    assert moved.ari_port != first.ari_port
    assert moved.engine_port == first.engine_port


@pytest.mark.parametrize("words", ["", "20000", "20000-", "a-b", "21000-20000", "20000-20010", "80-200", "65000-70000"])
def test_bad_rtp_ranges(words: str) -> None:
    with pytest.raises(ports.RtpBad):
        ports.parse_range(words)


def test_two_copies_get_two_rtp_ranges_and_give_them_back(settings: Settings) -> None:
    one, claim = ports.claim_rtp(settings, None)
    two, other_claim = ports.claim_rtp(settings, None)
    assert one.rtp_to < two.rtp_from or two.rtp_to < one.rtp_from
    with pytest.raises(ports.RtpTaken):  # asked for outright, and overlapping only in part
        ports.claim_rtp(settings, (one.rtp_from + 500, one.rtp_to + 500))
    claim.close()
    ports.claim_rtp(settings, (one.rtp_from, one.rtp_to))[1].close()
    other_claim.close()


def test_a_remembered_range_that_another_copy_took_is_left(settings: Settings) -> None:
    one, claim = ports.claim_rtp(settings, None)
    again, other_claim = ports.claim_rtp(one, None)
    assert again.rtp_from != one.rtp_from
    claim.close()
    other_claim.close()


def test_a_range_full_of_strangers_is_refused(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 31_900))
        with pytest.raises(ports.RtpTaken):
            ports.claim_rtp(settings, (31_900, 31_949))


def test_a_claim_ends_with_its_process_however_that_ends(settings: Settings) -> None:
    code = "import os; from yingda.main.ports import RtpClaim; c = RtpClaim(31800, 31899); print('held', flush=True)"
    holder = subprocess.Popen([sys.executable, "-c", code + "; input()"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    with pytest.raises(OSError):
        ports.RtpClaim(31_800, 31_899)
    holder.kill()
    holder.communicate()
    ports.RtpClaim(31_800, 31_899).close()

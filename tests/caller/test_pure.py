"""What needs no socket: the codec, the figures of what is heard, messages, digests, descriptions."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingda.caller import clips, digest, g711, sdp
from yingda.caller.heard import Heard, level_db, pitch_hz, power_at_db
from yingda.caller.message import Malformed, Message, address_uri, parameter, parse, response_to, split_list, uri_parts

pytestmark = pytest.mark.pure

INVITE = (b"INVITE sip:1001@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5090;rport;branch=z9hG4bKabc\r\n"
          b"Max-Forwards: 70\r\nf: \"Li, Lei\" <sip:138@127.0.0.1>;tag=1\r\nTo: <sip:1001@127.0.0.1>\r\n"
          b"i: abc@127.0.0.1\r\nCSeq: 1 INVITE\r\nm: <sip:138@127.0.0.1:5090>\r\nl: 4\r\n\r\nbodyrest")


@given(st.integers(-32768, 32767), st.sampled_from([sdp.PCMU, sdp.PCMA]))
def test_g711_stays_within_its_step(value: int, kind: int) -> None:
    back = int(g711.decode(g711.encode(np.array([value], dtype=np.int16), kind), kind)[0])
    clipped = max(-32124, min(32124, value))
    assert abs(back - clipped) <= max(8, (abs(clipped) + 132) / 32) + 1  # half a step; 132 is the bias of mu-law


@pytest.mark.parametrize("kind", [sdp.PCMU, sdp.PCMA])
def test_g711_codes_survive_and_rise(kind: int) -> None:
    linear = g711.decode(bytes(range(256)), kind)
    assert np.array_equal(g711.decode(g711.encode(linear, kind), kind), linear)
    steps = np.diff(g711.decode(g711.encode(np.arange(-32768, 32768, dtype=np.int32).astype(np.int16), kind), kind)
                    .astype(int))
    assert (steps >= 0).all()


def test_g711_known_values() -> None:
    """From the tables of ITU-T G.711: the loudest and the quietest code of each law."""
    assert g711.decode(b"\xaa\x2a\xd5\x55", sdp.PCMA).tolist() == [32256, -32256, 8, -8]
    assert g711.decode(b"\x80\x00\xff\x7f", sdp.PCMU).tolist() == [32124, -32124, 0, 0]


@given(st.integers(300, 3400), st.floats(-40, -6))
def test_tone_is_found_at_its_level(hertz: int, level: float) -> None:
    samples = clips.tone(hertz, level).samples
    heard = g711.decode(g711.encode(samples, sdp.PCMA), sdp.PCMA)
    assert abs(pitch_hz(heard) - hertz) < 1.5
    assert abs(level_db(heard) - level) < 0.6
    assert abs(power_at_db(heard, hertz) - level) < 0.6


def test_level_of_silence_and_nothing() -> None:
    assert level_db(np.zeros(0, dtype=np.int16)) == level_db(np.zeros(800, dtype=np.int16)) == -96.0
    assert pitch_hz(np.zeros(8000, dtype=np.int16)) == 0.0


def _feed(heard: Heard, order: list[int]) -> None:
    payload = clips.tone(500).packets(sdp.PCMA)[0]
    for place, seq in enumerate(order):
        heard.arrive(place * 0.02 + 1, seq & 0xFFFF, seq * 160 & 0xFFFFFFFF, 7, sdp.PCMA, payload)


@pytest.mark.parametrize(("order", "lost", "late"), [
    (list(range(100)), 0, 0),
    ([*range(10), *range(13, 50)], 3, 0),  # a hole of three
    ([*range(10), 11, 10, *range(12, 50)], 0, 1),  # two swapped: nothing is lost
    ([*range(10), 9, 9, *range(10, 50)], 0, 2),  # doubled
    ([*range(10), 12, 12, *range(13, 50)], 2, 1),  # doubling does not make up for a loss
    (list(range(65_500, 65_600)), 0, 0),  # the number starts again at 65536
    ([*range(10), *range(30_000, 30_050)], 0, 0),  # the source began anew
])
def test_loss_is_counted(order: list[int], lost: int, late: int) -> None:
    heard = Heard()
    _feed(heard, order)
    assert (heard.lost, heard.late, heard.packets) == (lost, late, len(order))


@given(st.lists(st.integers(0, 300), min_size=1, max_size=200))
def test_loss_is_never_negative_nor_above_what_was_sent(order: list[int]) -> None:
    heard = Heard()
    _feed(heard, order)
    assert 0 <= heard.lost <= 500 and heard.packets == len(order)
    assert heard.seconds <= 0.02 * 500


def test_hole_is_filled_with_silence_so_that_time_stays_right() -> None:
    heard = Heard()
    _feed(heard, [*range(25), *range(50, 75)])
    assert heard.seconds == pytest.approx(1.5)
    assert heard.loud_s == pytest.approx(1.0) or heard.level_db < -20


def test_gap_is_seen() -> None:
    heard = Heard()
    payload = bytes(160)
    for seq, moment in enumerate([1.0, 1.02, 1.04, 1.3, 1.32]):
        heard.arrive(moment, seq, seq * 160, 7, sdp.PCMA, payload)
    assert heard.gaps == 1 and heard.longest_gap_ms == pytest.approx(260)


def test_message_is_read_and_written() -> None:
    message = parse(INVITE)
    assert (message.method, message.call_id, message.branch, message.body) == \
        ("INVITE", "abc@127.0.0.1", "z9hG4bKabc", b"body")
    again = parse(message.to_bytes())
    assert again.headers[:-1] == [item for item in message.headers if item[0] != "content-length"]
    assert uri_parts(address_uri(message.get("from"))) == ("138", "127.0.0.1", 5060)


def test_response_copies_what_it_must() -> None:
    response = parse(response_to(parse(INVITE), 180, "tag9").to_bytes())
    assert response.status == 180 and parameter(response.get("to"), "tag") == "tag9"
    assert parameter(response.get("from"), "tag") == "1" and response.cseq == (1, "INVITE")


@pytest.mark.parametrize("change", [
    (b"CSeq: 1 INVITE", b"CSeq: 1 BYE"), (b"CSeq: 1 INVITE", b"CSeq: -1 INVITE"), (b"CSeq: 1 INVITE", b"X: 1"),
    (b"branch=z9hG4bKabc", b"x=1"), (b"l: 4", b"l: 400"), (b"l: 4", b"l: -4"), (b"l: 4", b"no colon here"),
    (b"SIP/2.0\r\nVia", b"HTTP/1.1\r\nVia"), (b"i: abc@127.0.0.1", b"i: a\r\ni: b"), (b"\r\n\r\n", b"\r\n"),
    (b"138", b"\xff\xfe"),
])
def test_malformed_is_refused(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(Malformed):
        parse(INVITE.replace(*change, 1) if change[0] in INVITE else b"")


@given(st.binary(max_size=600))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for reader, error in ((parse, Malformed), (sdp.read, sdp.NoMedia)):
        try:
            reader(data)
        except error:
            continue


@given(st.integers(0, len(INVITE) - 1), st.binary(min_size=1, max_size=8))
def test_damaged_invite_is_read_or_refused(place: int, junk: bytes) -> None:
    try:
        message = parse(INVITE[:place] + junk + INVITE[place + len(junk):])
    except Malformed:
        return
    assert isinstance(message.cseq[0], int)
    response_to(message, 200, "t").to_bytes()


@given(st.text(max_size=200))
def test_lists_and_parameters_never_raise(text: str) -> None:
    assert all(part for part in split_list(text))
    parameter(text, "tag")
    address_uri(text)


def test_list_respects_quotes() -> None:
    assert split_list('"a, b" <sip:x;y=1,2>, <sip:z>') == ['"a, b" <sip:x;y=1,2>', "<sip:z>"]


def test_digest_of_rfc_2617() -> None:
    """The worked example in RFC 2617, 3.5."""
    value = digest.authorization(
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"', method="GET", uri="/dir/index.html", user="Mufasa",
        secret="Circle Of Life", client_nonce="0a4f113b")
    assert 'response="6629fae49393a05397450978507c4ef1"' in value


def test_digest_of_rfc_7616_sha_256() -> None:
    """The worked example in RFC 7616, 3.9.1."""
    value = digest.authorization(
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
        method="GET", uri="/dir/index.html", user="Mufasa", secret="Circle of Life",
        client_nonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in value


def test_digest_without_quality() -> None:
    value = digest.authorization('Digest realm="r", nonce="n"', method="REGISTER", uri="sip:h", user="u",
                                 secret="s", client_nonce="c")
    first, second = (hashlib.md5(text, usedforsecurity=False).hexdigest() for text in (b"u:r:s", b"REGISTER:sip:h"))
    assert hashlib.md5(f"{first}:n:{second}".encode(), usedforsecurity=False).hexdigest() in value


def test_strongest_challenge_is_answered() -> None:
    weak, strong = 'Digest realm="r", nonce="1", algorithm=MD5', 'Digest realm="r", nonce="2", algorithm=SHA-256'
    assert digest.strongest([weak, strong, "Basic realm=x"]) == strong
    with pytest.raises(digest.Unanswerable):
        digest.strongest(['Digest realm="r", nonce="1", algorithm=AKAv1-MD5', "Basic realm=x"])


def test_description_comes_back() -> None:
    ours = sdp.Description("127.0.0.1", 40_000, (8, 0), 101, "sendonly")
    assert sdp.read(ours.write(1, 1)) == ours


def test_description_of_a_browser_is_refused_and_video_is_ignored() -> None:
    base = "v=0\r\nc=IN IP4 127.0.0.1\r\n"
    with pytest.raises(sdp.NoMedia):
        sdp.read((base + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n").encode())
    found = sdp.read((base + "m=video 7 RTP/AVP 96\r\na=inactive\r\nm=audio 4000 RTP/AVP 0 96\r\n"
                      "a=rtpmap:96 telephone-event/8000\r\n").encode())
    assert (found.port, found.codecs, found.events, found.direction) == (4000, (0,), 96, "sendrecv")


@pytest.mark.parametrize(("value", "name", "found"), [
    ("<sip:a@b;tag=no>;tag=yes", "tag", "yes"), ("sip:a@b;tag=yes", "tag", "yes"), ("<sip:a@b>", "tag", ""),
])
def test_parameter_stands_behind_the_address(value: str, name: str, found: str) -> None:
    assert parameter(value, name) == found


def test_request_without_a_name_of_its_own() -> None:
    assert Message("OPTIONS", "sip:x").is_request

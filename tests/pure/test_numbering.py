"""Numbers as each carrier wants them, and the kinds of numbers."""

from __future__ import annotations

import pytest

from yingda.kit.numbering import NumberFormat, number_class, received, to_send, to_show

pytestmark = pytest.mark.pure
PLACES = {"01062345678": "北京市", "13800138000": "北京市", "13912345678": "江苏省南京市",
          "05312345678": "山东省济南市",
          "15005310000": "山东省济南市"}


def place(number: str) -> str:
    return PLACES.get(number, "")


@pytest.mark.parametrize(("number", "kind"), [
    ("110", "emergency"), ("10086", "service"), ("95588", "service"), ("12345", "service"), ("4008001000", "free"),
    ("8008001000", "free"), ("13800138000", "mobile"), ("01062345678", "local"), ("02162345678", "long_distance"),
    ("62345678", "local"), ("0044207123456", "international"), ("0085223456789", "international"),
    ("16812345", "premium"), ("1234567890123", "other"),
])
def test_kinds(number: str, kind: str) -> None:
    assert number_class(number, "010") == kind


@pytest.mark.parametrize(("form", "number", "sent"), [
    ({}, "13912345678", "13912345678"),
    ({"mobile_zero": "always"}, "13800138000", "013800138000"),
    ({"mobile_zero": "outside", "area_code": "010"}, "13800138000", "13800138000"),
    ({"mobile_zero": "outside", "area_code": "010"}, "13912345678", "013912345678"),
    ({"mobile_zero": "outside", "area_code": "0531"}, "15005310000", "15005310000"),
    ({"mobile_zero": "outside", "area_code": "010"}, "19900000000", "19900000000"),  # of unknown place
    ({"local_short": True, "area_code": "010"}, "01062345678", "62345678"),
    ({"local_short": True, "area_code": "010"}, "02162345678", "02162345678"),
    ({"called_as": "e164"}, "01062345678", "+861062345678"),
    ({"called_as": "bare"}, "13800138000", "8613800138000"),
    ({"called_as": "e164"}, "0044207123456", "+44207123456"),
    ({"called_as": "national"}, "0044207123456", "0044207123456"),
    ({"called_as": "e164"}, "10086", "10086"), ({"called_as": "e164"}, "4008001000", "4008001000"),
    ({"called_as": "e164", "prefix": "9"}, "110", "9110"), ({"prefix": "9"}, "13800138000", "913800138000"),
])
def test_sent(form: dict[str, object], number: str, sent: str) -> None:
    assert to_send(number, NumberFormat(**form), place) == sent  # type: ignore[arg-type]


@pytest.mark.parametrize(("style", "number", "shown"), [
    ("national", "01062345678", "01062345678"), ("e164", "01062345678", "+861062345678"),
    ("bare", "13800138000", "8613800138000"), ("e164", "4008001000", "4008001000"), ("e164", "1001", "1001"),
])
def test_shown(style: str, number: str, shown: str) -> None:
    assert to_show(number, NumberFormat(shown_as=style)) == shown


def test_received() -> None:
    assert "01062345678" in received("+861062345678", NumberFormat())
    assert "01062345678" in received("62345678", NumberFormat(area_code="010"))
    assert "4008001000" in received("994008001000", NumberFormat(strip_received="99"))
    assert received("4008001000", NumberFormat())[0] == "4008001000"

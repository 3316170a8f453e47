"""Telephone numbers: one spelling each, found again from either end, never shown whole where masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingda.kit.numbers import area, is_mobile, mask, normalise, reverse

MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINE = st.sampled_from(["10", "20", "21", "755", "571", "371", "898"]).flatmap(
    lambda code: st.from_regex(r"[2-8][0-9]{7}", fullmatch=True).map(lambda rest: f"0{code}{rest}"))
SERVICE = st.one_of(st.from_regex(r"[48]00[0-9]{7}", fullmatch=True), st.from_regex(r"95[0-9]{3}", fullmatch=True),
                    st.sampled_from(["110", "119", "120", "10086", "12345", "1001", "801"]))


@pytest.mark.parametrize(("raw", "clean"), [
    ("+86 138 0013 8000", "13800138000"), ("0086-13800138000", "13800138000"), ("8613800138000", "13800138000"),
    ("013800138000", "13800138000"), ("1795113800138000", "13800138000"), ("12593 0138 0013 8000", "13800138000"),
    ("12593013800138000", "13800138000"), ("(010) 6234-5678", "01062345678"), ("+86 10 6234 5678", "01062345678"),
    ("861062345678", "01062345678"), ("1062345678", "01062345678"), ("0755-82345678", "075582345678"),
    ("1795101062345678", "01062345678"), ("+864008001000", "4008001000"), ("400-800-1000", "4008001000"),
    ("95588", "95588"), ("110", "110"), ("1001", "1001"), ("10086", "10086"), ("12593", "12593"), ("801", "801"),
    ("anonymous", ""), ("Restricted", ""), ("unknown", ""), ("", ""), ("abc", ""), ("+", ""), ("1" * 40, ""),
    ("sip:13800138000@10.0.0.1;user=phone", "13800138000"), ("tel:+86-10-6234-5678;phone-context=x", "01062345678"),
    ("+1 415 555 2671", "0014155552671"), ("0014155552671", "0014155552671"), ("１３８００１３８０００", "13800138000"),
])
def test_known_spellings(raw: str, clean: str) -> None:
    assert normalise(raw) == clean


def test_a_local_number_takes_our_area_code() -> None:
    assert normalise("62345678", "010") == "01062345678"
    assert normalise("13800138000", "010") == "13800138000"
    assert normalise("95588", "010") == "95588"
    assert normalise("62345678") == "62345678"


@given(MOBILE, st.sampled_from(["", "+86", "86", "0086", "0", "17951", "17909", "12593", "125930", "+86 ", "(+86)"]))
def test_every_way_to_a_mobile_is_the_same_number(number: str, before: str) -> None:
    assert normalise(before + number) == number
    assert is_mobile(normalise(before + number))


@given(LANDLINE, st.sampled_from(["", "17951", "17911"]))
def test_every_way_to_a_landline_is_the_same_number(number: str, before: str) -> None:
    assert normalise(before + number) == number
    for country in ("+86", "86", "0086"):
        assert normalise(country + number[1:]) == number
        assert normalise(country + number) == number  # the 0 kept by mistake


@given(SERVICE)
def test_short_and_service_numbers_stay(number: str) -> None:
    assert normalise(number) == number


@given(st.text(max_size=80))
def test_any_text_gives_digits_or_nothing_and_a_second_time_changes_nothing(raw: str) -> None:
    clean = normalise(raw)
    assert clean == "" or (clean.isascii() and clean.isdigit())
    assert normalise(clean) == clean


@given(st.from_regex(r"\+?[0-9]{1,22}", fullmatch=True), st.sampled_from(["", "010", "0755"]))
def test_digits_settle_at_once(raw: str, area_code: str) -> None:
    once = normalise(raw, area_code)
    assert normalise(once, area_code) == once


@given(st.one_of(MOBILE, LANDLINE), st.integers(4, 8))
def test_a_suffix_is_a_prefix_of_the_reversed_number(number: str, length: int) -> None:
    assert reverse(number).startswith(reverse(number[-length:]))
    assert reverse(reverse(number)) == number


@given(st.one_of(MOBILE, LANDLINE))
def test_a_masked_number_hides_at_least_four_digits(number: str) -> None:
    shown = mask(number)
    assert len(shown) == len(number)
    assert shown.count("*") >= 4
    assert shown[-4:] == number[-4:]
    assert mask(shown) == shown


@given(SERVICE)
def test_service_numbers_are_nobodys_secret(number: str) -> None:
    assert mask(number) == number


def test_mask_of_a_mobile() -> None:
    assert mask("13800138000") == "138****8000"
    assert mask("") == ""


def test_areas() -> None:
    assert area("13800138000") == "北京市"
    assert area("01062345678") == "北京市"
    assert area("075582345678") == "广东省深圳市"
    for nowhere in ("", "1001", "4008001000", "95588", "0014155552671"):
        assert area(nowhere) == ""

"""How a name is spelled: for search by pinyin."""

from __future__ import annotations

from typing import Any, cast


def spelled(name: str) -> tuple[str, str]:
    """(full pinyin without tones, initials), lower case, other letters and digits kept: "张伟A" → ("zhangweia", "zwa").

    A name's first character is read as a surname where that differs (单 shàn, 曾 zēng).
    """
    from pypinyin import Style, lazy_pinyin  # its dictionary takes a quarter of a second to load
    from pypinyin.constants import RE_HANS

    clean = "".join(ch for ch in name if ch.isalnum())
    if not clean:
        return "", ""
    parts: list[str] = []
    if RE_HANS.match(clean[0]):
        parts.append(_SURNAMES.get(clean[0]) or lazy_pinyin(clean[0], style=Style.NORMAL)[0])
        rest = clean[1:]
    else:
        rest = clean
    parts += lazy_pinyin(rest, style=Style.NORMAL, errors=cast(Any, list)) if rest else []
    flat = [p.lower() for p in parts if p]
    return "".join(flat), "".join(p[0] for p in flat)


_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "任": "ren", "区": "ou", "盖": "ge", "查": "zha",
    "朴": "piao", "尉": "wei", "乐": "yue", "覃": "qin", "缪": "miao", "翟": "zhai", "种": "chong", "秘": "bi",
    "折": "she", "黑": "he", "重": "chong", "长": "zhang", "仉": "zhang", "都": "du", "员": "yun", "洗": "xian",
}

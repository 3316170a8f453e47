"""The sample company: made-up people, queues, a menu, a line from this machine and two hundred invented customers.

All secrets are random and stand in `demo.json` (mode 0600) alone, beside their hashes in the database.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
from pathlib import Path
from typing import Any

from yingda.acd.repo import QueueData, save_queue
from yingda.crm.customers.service import CustomerData, PhoneData, VehicleData, create_customer
from yingda.ivr.repo import publish, save_draft
from yingda.main.settings import Settings
from yingda.org import departments, extensions, lines, passwords, people, site
from yingda.org.actor import SYSTEM
from yingda.org.sealing import Seal
from yingda.store.engine import Store, Uow

COMPANY = "示范汽车客服中心"
MENU_NUMBER, QUEUE_NUMBER = "4008001000", "4008001001"
STAFF = (
    ("9000", "高岚", "admin"), ("9001", "沈静怡", "supervisor"), ("1001", "陈晓雯", "agent"),
    ("1002", "周子航", "agent"), ("1003", "林雨桐", "agent"), ("1004", "赵明哲", "agent"),
    ("1005", "黄思敏", "agent"), ("1006", "吴浩然", "agent"),
)
MENU: dict[str, Any] = {
    "start": "welcome",
    "nodes": {
        "welcome": {"kind": "play", "title": "欢迎", "prompts": ["yd/welcome"], "next": "menu"},
        "menu": {
            "kind": "menu", "title": "主菜单", "prompts": ["yd/main-menu"], "keys": {"1": "sales", "2": "service"},
            "timeout_s": 6, "retries": 2, "invalid_prompts": ["yd/invalid-key"], "timeout_prompts": ["yd/no-input"],
            "failed": "service",
        },
        "sales": {"kind": "queue", "title": "销售咨询", "queue": "801"},
        "service": {"kind": "queue", "title": "售后服务", "queue": "802"},
        "bye": {"kind": "hang_up", "title": "再见", "prompts": ["yd/goodbye"]},
    },
}
CUSTOMERS = 200


async def seed(settings: Settings) -> None:
    """Fill an empty company, all in one transaction, and write demo.json. Leaves a company that has people alone."""
    store = Store(settings.database)
    try:
        async with store.uow() as u:
            if not await site.needs_set_up(u):
                return
            about = await _fill(u, Seal(settings.site_key), settings)
            # before the commit: were it written after, a crash in between would lose the passwords for good
            _write_private(settings.data / "demo.json", about)
    finally:
        await store.close()


async def _fill(u: Uow, seal: Seal, settings: Settings) -> dict[str, Any]:
    await site.save_site(u, SYSTEM, site.Site(COMPANY, "Asia/Shanghai", "zh"))
    await site.add_break_reasons(u)
    await site.put_setting(u, SYSTEM, "guide", {"finished": True})
    root = await departments.save_department(u, SYSTEM, None, number="1", name="客服中心")
    group = await departments.save_department(u, SYSTEM, None, number="11", name="话务一组", parent_id=root.id)
    staff: list[dict[str, str]] = []
    agents: list[int] = []
    for number, name, role in STAFF:
        password = passwords.made_up()
        entry = {"number": number, "name": name, "role": role, "password": password}
        extension_id = None
        if role != "admin":  # a supervisor needs a phone too: to listen, to speak, to take over
            extension, secret = await extensions.create_extension(u, SYSTEM, seal, number)
            extension_id = extension.id
            entry |= {"extension": number, "sip_username": number, "sip_secret": secret}
        person = await people.create_person(u, SYSTEM, people.PersonData(
            number=number, name=name, role=role, password=password, extension_id=extension_id,
            department_id=group.id if role == "agent" else root.id))
        if role == "agent":
            agents.append(person.id)
        staff.append(entry)
    await _calls_in(u, seal, settings, agents)
    customers = await _customers(u)
    return _about(settings, staff, customers)


async def _calls_in(u: Uow, seal: Seal, settings: Settings, agents: list[int]) -> None:
    """Line, queues, menu and the two numbers."""
    everyone = tuple((person, 1) for person in agents)
    await save_queue(u, SYSTEM, None, QueueData(number="801", name="销售", members=everyone))
    service = await save_queue(u, SYSTEM, None, QueueData(number="802", name="售后服务", members=everyone))
    flow = await save_draft(u, SYSTEM, None, "主菜单", MENU)
    await publish(u, SYSTEM, flow.id)
    trunk = await lines.save_trunk(u, SYSTEM, seal, None, lines.TrunkData(
        name="示范中继", endpoint="trunk-demo", host=f"127.0.0.1:{carrier_port(settings)}", match="127.0.0.1",
        capacity=20))
    await lines.save_number(u, SYSTEM, None, number=MENU_NUMBER, trunk_id=trunk.id, destination=f"flow:{flow.id}")
    await lines.save_number(u, SYSTEM, None, number=QUEUE_NUMBER, trunk_id=trunk.id,
                            destination=f"queue:{service.number}")


def carrier_port(settings: Settings) -> int:
    """UDP port of this machine where the sample line sends calls out to: a SIP client there is the far side."""
    return settings.sip_port + 20


def _about(settings: Settings, staff: list[dict[str, str]], customers: list[dict[str, str]]) -> dict[str, Any]:
    anywhere = settings.host in ("0.0.0.0", "::")  # noqa: S104 - compared, not listened on
    return {
        "url": settings.url,
        "https_url": "" if settings.loopback_only else f"https://{settings.host}:{settings.https_port}",
        "sip_host": "127.0.0.1" if anywhere else settings.host,
        "sip_port": settings.sip_port,
        "carrier_port": carrier_port(settings),
        "numbers": {"menu": MENU_NUMBER, "queue": QUEUE_NUMBER},
        "people": staff,
        "customers": customers,
    }


def _write_private(file: Path, content: dict[str, Any]) -> None:
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(content, out, ensure_ascii=False, indent=1)
        out.write("\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


# ---- invented customers: the same ones each time

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕"
_GIVEN = ("伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明", "超", "霞", "平",
          "桂英", "建国", "志强", "海燕", "晓东", "雪梅", "俊杰", "婷婷", "佳怡", "子涵", "文博", "欣怡", "宇轩",
          "诗涵", "浩宇", "梓萱", "国庆", "秀兰", "玉兰", "建华", "春梅")
_FIRMS = ("华远物流", "金禾餐饮", "晨光租车", "安达货运", "新城物业", "嘉信建材", "东方旅行社", "启航教育", "瑞和医疗",
          "百川贸易")
_MOBILE = ("1380013", "1391107", "1365121", "1381793", "1502168", "1360303", "1382641", "1868030", "1395712", "1377778",
           "1348028", "1599901", "1850090", "1771234", "1890217")
_PLATES = ("京A", "京N", "沪A", "沪B", "粤A", "粤B", "浙A", "苏A", "川A", "鄂A", "津C")
_MODELS = ("比亚迪 汉 EV", "比亚迪 宋 PLUS", "大众 帕萨特", "大众 途观 L", "丰田 凯美瑞", "丰田 RAV4 荣放", "本田 雅阁",
           "本田 CR-V", "吉利 星越 L", "哈弗 H6", "长安 CS75 PLUS", "奥迪 A4L", "宝马 3 系", "奔驰 C 级", "蔚来 ES6",
           "理想 L7", "小鹏 P7i", "特斯拉 Model Y", "别克 君威", "红旗 H5")
_NOTES = ("", "", "", "", "偏好周末到店", "希望短信通知保养", "对等待时间敏感", "有两台车，常由配偶来电",
          "曾咨询置换补贴", "请勿在午休时间回访")
_VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_VIN_VALUES = {**{str(d): d for d in range(10)},
               **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ",
                          (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


async def _customers(u: Uow) -> list[dict[str, str]]:
    """Make them; the first few are told in demo.json."""
    dice = random.Random(20260101)
    numbers: set[str] = set()
    told: list[dict[str, str]] = []
    for place in range(CUSTOMERS):
        data = _customer(dice, numbers, place)
        await create_customer(u, SYSTEM, data)
        if len(told) < 8 and data.kind == "person":
            told.append({"number": data.phones[0].number, "name": data.name})
    return told


def _customer(dice: random.Random, numbers: set[str], place: int) -> CustomerData:
    firm = place % 13 == 12
    name = f"{dice.choice(_FIRMS)}{place}" if firm else dice.choice(_SURNAMES) + dice.choice(_GIVEN)
    phones = [PhoneData(number=_fresh(dice, numbers), label="手机")]
    if dice.random() < 0.3:
        phones.append(PhoneData(number=_fresh(dice, numbers), label="司机" if firm else "家人"))
    vehicles = tuple(_vehicle(dice) for _ in range(dice.choice((1, 1, 1, 1, 2) if not firm else (2, 3, 4))))
    level = dice.choice(("", "", "银卡", "银卡", "金卡", "白金卡"))
    return CustomerData(name=name, kind="firm" if firm else "person", level=level, vip=level == "白金卡",
                        note=dice.choice(_NOTES), phones=tuple(phones), vehicles=vehicles)


def _fresh(dice: random.Random, numbers: set[str]) -> str:
    while (number := f"{dice.choice(_MOBILE)}{dice.randrange(10_000):04d}") in numbers:
        pass
    numbers.add(number)
    return number


def _vehicle(dice: random.Random) -> VehicleData:
    year, month, day = dice.randint(2017, 2025), dice.randint(1, 12), dice.randint(1, 28)
    return VehicleData(
        plate=dice.choice(_PLATES) + "".join(dice.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(5)),
        vin=_vin(dice), model=dice.choice(_MODELS), purchased_on=f"{year}-{month:02d}-{day:02d}",
        mileage_km=dice.randrange(1_000, 18_000) * max(1, 2026 - year), insured_until=f"2027-{month:02d}-{day:02d}")


def _vin(dice: random.Random) -> str:
    """A vehicle number with a right check digit."""
    letters = ["L", *(dice.choice(_VIN_LETTERS) for _ in range(12)), *(str(dice.randrange(10)) for _ in range(4))]
    letters[8] = "0"
    rest = sum(_VIN_VALUES[ch] * weight for ch, weight in zip(letters, _VIN_WEIGHTS, strict=True)) % 11
    letters[8] = "X" if rest == 10 else str(rest)
    return "".join(letters)

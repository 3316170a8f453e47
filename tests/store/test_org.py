"""People, logins, rights, lines, settings and the log, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from yingda.org import audit, departments, extensions, lines, login, passwords, people, sessions, site
from yingda.org.actor import SYSTEM, Actor
from yingda.org.errors import AlreadySetUp, Inactive, LastAdmin, LoginLocked, SealBroken, WrongLogin, WrongPassword
from yingda.org.models import Audit, LoginAttempt, Person
from yingda.org.names import spelled
from yingda.org.people import PersonData
from yingda.org.permissions import ROLES, Permission, Scope, allows, scope_of
from yingda.org.sealing import Seal
from yingda.store.engine import Store
from yingda.store.errors import Invalid, NotFound

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
SEAL = Seal(Fernet.generate_key().decode())
PASSWORD = "correct horse battery"
ADMIN = Actor(1, "admin", "10.0.0.9")
LI = PersonData(number="1001", name="李单", role="agent", password=PASSWORD)


async def person(store: Store, data: PersonData = LI) -> Person:
    async with store.uow() as u:
        return await people.create_person(u, ADMIN, data)


async def actions(store: Store) -> list[str]:
    async with store.reading() as u:
        return [row.action for row in await audit.page(u, limit=500)][::-1]


async def test_a_person_is_stored_spelled_and_logged(store: Store) -> None:
    made = await person(store)
    async with store.reading() as u:
        found = await people.get_person(u, made.id)
        log = (await u.execute(select(Audit))).scalar_one()
    assert (found.name, found.pinyin, found.py) == ("李单", "lidan", "ld")
    assert found.password_hash.startswith("$argon2id$")
    assert (log.actor_id, log.address, log.action, log.object_id) == (1, "10.0.0.9", "person.create", str(made.id))
    assert log.after is not None
    assert "password_hash" not in log.after
    assert PASSWORD not in str(log.after)


async def test_the_log_keeps_only_what_changed(store: Store) -> None:
    made = await person(store)
    async with store.uow() as u:
        await people.update_person(u, ADMIN, made.id, replace(LI, name="李四", password=""))
    async with store.reading() as u:
        log = (await audit.page(u, object_kind="person", object_id=str(made.id)))[0]
    assert log.before == {"name": "李单", "pinyin": "lidan", "py": "ld"}
    assert log.after == {"name": "李四", "pinyin": "lisi", "py": "ls"}


async def test_nothing_is_logged_when_the_change_fails(store: Store) -> None:
    await person(store)
    before = await actions(store)
    with pytest.raises(Invalid) as fault:
        async with store.uow() as u:
            await people.create_person(u, ADMIN, replace(LI, name=" ", role="god"))
    assert fault.value.fields == {"name": "required", "role": "unknown", "number": "taken"}
    assert await actions(store) == before


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaa", "x" * 200, "1001abcd"])
async def test_weak_passwords_are_refused(store: Store, password: str) -> None:
    with pytest.raises(Invalid) as fault:
        await person(store, replace(LI, password=password))
    assert "password" in fault.value.fields


async def test_the_last_admin_stays(store: Store) -> None:
    boss = await person(store, replace(LI, number="9000", role="admin"))
    for change in (replace(LI, number="9000", role="agent", password=""),
                   replace(LI, number="9000", role="admin", active=False, password="")):
        with pytest.raises(LastAdmin):
            async with store.uow() as u:
                await people.update_person(u, ADMIN, boss.id, change)
    await person(store, replace(LI, number="9002", role="admin"))
    async with store.uow() as u:
        await people.update_person(u, ADMIN, boss.id, replace(LI, number="9000", role="agent", password=""))


async def test_people_are_found_by_number_name_and_pinyin(store: Store) -> None:
    await person(store)
    await person(store, replace(LI, number="1002", name="王小明"))
    async with store.reading() as u:
        for q, numbers in (("", ["1001", "1002"]), ("100", ["1001", "1002"]), ("王", ["1002"]), ("wangx", ["1002"]),
                           ("WXM", ["1002"]), ("ld", ["1001"]), ("%", []), ("_", [])):
            assert [row.number for row in await people.list_people(u, q)] == numbers, q


async def test_an_employee_number_may_have_dashes(store: Store) -> None:
    for number in ("A-0012_x", "x" * 20):
        assert (await person(store, replace(LI, number=number))).number == number
    for number in ("-1", "李1", "x" * 21, "a b"):
        with pytest.raises(Invalid) as fault:
            await person(store, replace(LI, number=number))
        assert fault.value.fields == {"number": "malformed"}, number


async def test_departments_make_a_tree_without_circles(store: Store) -> None:
    async with store.uow() as u:
        top = await departments.save_department(u, ADMIN, None, number="1", name="总部")
        low = await departments.save_department(u, ADMIN, None, number="2", name="一组", parent_id=top.id)
    with pytest.raises(Invalid) as fault:
        async with store.uow() as u:
            await departments.save_department(u, ADMIN, top.id, number="2", name="总部", parent_id=low.id)
    assert fault.value.fields == {"number": "taken", "parent_id": "circular"}
    with pytest.raises(NotFound):
        async with store.uow() as u:
            await departments.save_department(u, ADMIN, 77, number="7", name="无")


# ---- logging in


async def test_login_opens_a_session_that_its_token_finds(store: Store) -> None:
    made = await person(store)
    opened = await login.log_in(store, " 1001 ", PASSWORD, NOW, "10.0.0.1", "browser", seal=SEAL)
    async with store.reading() as u:
        found = await sessions.find_session(u, opened.session.token, NOW + 1)
        assert found is not None
        assert found[1].id == made.id
        assert found[0].csrf == opened.session.csrf
        assert found[0].token_hash != opened.session.token
        assert await sessions.find_session(u, opened.session.token + "x", NOW) is None
        assert await sessions.find_session(u, "", NOW) is None
        assert await sessions.find_session(u, opened.session.token, NOW + sessions.IDLE_MS) is None
    assert (await actions(store))[-1] == "login"


async def test_a_session_in_use_lives_on_but_not_for_ever(store: Store) -> None:
    await person(store)
    token = (await login.log_in(store, "1001", PASSWORD, NOW, seal=SEAL)).session.token
    now = NOW
    for _ in range(30):
        now += sessions.IDLE_MS - 1000
        async with store.uow() as u:
            found = await sessions.find_session(u, token, now)
            if found is None:
                break
            assert sessions.is_stale(found[0], now)
            await sessions.touch(u, found[0], now)
    assert NOW + sessions.LONGEST_MS - sessions.IDLE_MS < now <= NOW + sessions.LONGEST_MS + sessions.IDLE_MS


async def test_logging_out_and_switching_off_end_sessions(store: Store) -> None:
    made = await person(store)
    await person(store, replace(LI, number="9000", role="admin"))
    tokens = [(await login.log_in(store, "1001", PASSWORD, NOW, seal=SEAL)).session.token for _ in range(3)]
    async with store.uow() as u:
        await sessions.revoke(u, tokens[0])
    async with store.reading() as u:
        assert [bool(await sessions.find_session(u, t, NOW)) for t in tokens] == [False, True, True]
    async with store.uow() as u:
        await people.update_person(u, ADMIN, made.id, replace(LI, active=False, password=""))
    async with store.reading() as u:
        assert not any([await sessions.find_session(u, t, NOW) for t in tokens])
    with pytest.raises(Inactive):
        await login.log_in(store, "1001", PASSWORD, NOW, seal=SEAL)


async def test_wrong_passwords_are_slowed_locked_and_logged(store: Store) -> None:
    await person(store)
    for _ in range(3):
        with pytest.raises(WrongLogin):
            await login.log_in(store, "1001", "wrong", NOW, seal=SEAL)
    with pytest.raises(LoginLocked) as locked:
        await login.log_in(store, "1001", PASSWORD, NOW, seal=SEAL)  # right, but too soon
    assert locked.value.params == {"retry_s": 2}
    assert (await login.log_in(store, "1001", PASSWORD, NOW + 2001, seal=SEAL)).person.number == "1001"
    log = await actions(store)
    assert log.count("login.wrong") == 3
    assert log.count("login.locked") == 1
    async with store.reading() as u:
        assert await u.get(LoginAttempt, "person:1001") is None


async def test_the_lock_grows(store: Store) -> None:
    await person(store)
    now, waits = NOW, []
    for _ in range(11):
        try:
            await login.log_in(store, "1001", "wrong", now, seal=SEAL)
        except WrongLogin:
            now += 1
        except LoginLocked as locked:
            waits.append(int(locked.params["retry_s"]))
            now += waits[-1] * 1000
    assert waits == sorted(waits)
    assert waits[-1] >= 20


async def test_a_hundred_guesses_at_once_do_not_get_past_the_lock(store: Store) -> None:
    await person(store)
    answers = await asyncio.gather(*(login.log_in(store, "1001", f"guess{n}", NOW, seal=SEAL) for n in range(12)),
                                   return_exceptions=True)
    assert sum(isinstance(a, WrongLogin) for a in answers) == 3, answers
    assert sum(isinstance(a, LoginLocked) for a in answers) == 9


async def test_an_unknown_number_is_treated_like_a_wrong_password(store: Store) -> None:
    with pytest.raises(WrongLogin):
        await login.log_in(store, "4711", "whatever", NOW, seal=SEAL)
    with pytest.raises(WrongLogin):
        await login.log_in(store, "", "", NOW, seal=SEAL)


async def test_sixty_agents_behind_one_address_log_in_at_once(store: Store) -> None:
    hashed = await passwords.hashed(PASSWORD)
    async with store.uow() as u:
        for n in range(60):
            made = await people.create_person(u, ADMIN, replace(LI, number=str(2000 + n), password=""))
            made.password_hash = hashed
    async with asyncio.timeout(60):
        opened = await asyncio.gather(*(login.log_in(store, str(2000 + n), PASSWORD, NOW, "10.0.0.1", seal=SEAL)
                                        for n in range(60)))
    assert len({one.session.token for one in opened}) == 60


async def test_changing_the_own_password(store: Store) -> None:
    made = await person(store, replace(LI, must_change_password=True))
    keep = (await login.log_in(store, "1001", PASSWORD, NOW, seal=SEAL)).session.token
    other = (await login.log_in(store, "1001", PASSWORD, NOW, seal=SEAL)).session.token
    actor = Actor(made.id, "agent")
    with pytest.raises(WrongPassword):
        async with store.uow() as u:
            await people.change_password(u, actor, made.id, "wrong", "another-good-one")
    with pytest.raises(Invalid):
        async with store.uow() as u:
            await people.change_password(u, actor, made.id, PASSWORD, PASSWORD)
    async with store.uow() as u:
        await people.change_password(u, actor, made.id, PASSWORD, "another-good-one", keep)
    async with store.reading() as u:
        assert await sessions.find_session(u, keep, NOW)
        assert not await sessions.find_session(u, other, NOW)
        assert not (await people.get_person(u, made.id)).must_change_password
    assert (await login.log_in(store, "1001", "another-good-one", NOW, seal=SEAL)).person.id == made.id


# ---- rights


def test_every_role_is_a_subset_of_admin_and_scopes_contain_each_other() -> None:
    assert set(ROLES["admin"]) == set(Permission)
    assert set(ROLES["agent"]) <= set(ROLES["supervisor"])
    for rights in ROLES.values():
        for right, scope in rights.items():
            assert scope <= ROLES["admin"][right]
    assert allows("supervisor", Permission.CALLS_VIEW, Scope.GROUP)
    assert allows("agent", Permission.CALLS_VIEW)
    assert not allows("agent", Permission.CALLS_VIEW, Scope.GROUP)
    assert scope_of("nobody", Permission.CALLS_VIEW) is None


# ---- extensions, lines, settings


async def test_an_extension_has_a_secret_that_only_the_site_key_opens(store: Store, seal: Seal) -> None:
    async with store.uow() as u:
        row, secret = await extensions.create_extension(u, ADMIN, seal, "1001")
        assert seal.open(row.secret_sealed) == secret
        renewed = await extensions.renew_secret(u, ADMIN, seal, row.id)
        assert renewed != secret
    with pytest.raises(SealBroken):
        Seal(Fernet.generate_key().decode()).open(row.secret_sealed)
    async with store.reading() as u:
        logged = str([(a.before, a.after) for a in await audit.page(u)])
    assert secret not in logged
    assert renewed not in logged
    assert row.secret_sealed not in logged


async def test_an_extension_changes_hands(store: Store, seal: Seal) -> None:
    first, second = await person(store), await person(store, replace(LI, number="1002"))
    async with store.uow() as u:
        row, _ = await extensions.create_extension(u, ADMIN, seal, "1001")
        await extensions.assign(u, ADMIN, row.id, first.id)
    async with store.uow() as u:
        await extensions.assign(u, ADMIN, row.id, second.id)
    async with store.reading() as u:
        assert [(e.number, e.person_id) for e in await extensions.list_extensions(u)] == [("1001", second.id)]
    async with store.uow() as u:
        await extensions.assign(u, ADMIN, row.id, None)
    async with store.reading() as u:
        assert [e.person_id for e in await extensions.list_extensions(u)] == [None]


async def test_trunks_and_numbers(store: Store, seal: Seal) -> None:
    data = lines.TrunkData(name="主", endpoint="trunk-a", host="10.0.0.2:5060", match="10.0.0.2, 10.1.0.0/16",
                           username="u", secret="s3cret", register=True)
    async with store.uow() as u:
        trunk = await lines.save_trunk(u, ADMIN, seal, None, data)
        await lines.save_number(u, ADMIN, None, number="4008001000", trunk_id=trunk.id, destination="queue:801")
    async with store.uow() as u:
        await lines.save_trunk(u, ADMIN, seal, trunk.id, replace(data, secret=None, capacity=5))
    async with store.reading() as u:
        kept = await lines.get_trunk(u, trunk.id)
        assert (seal.open(kept.secret_sealed), kept.capacity, kept.match) == ("s3cret", 5, "10.0.0.2,10.1.0.0/16")
        assert "s3cret" not in str([(a.before, a.after) for a in await audit.page(u)])
    for wrong, field in ((replace(data, match="evil host"), "match"), (replace(data, endpoint="x\n[y]"), "endpoint"),
                         (replace(data, host="a\nb"), "host"), (replace(data, capacity=0), "capacity")):
        with pytest.raises(Invalid) as fault:
            async with store.uow() as u:
                await lines.save_trunk(u, ADMIN, seal, trunk.id, wrong)
        assert field in fault.value.fields
    for wrong_goal in ("", "801", "queue:", "nowhere:1", "queue:8;1"):
        with pytest.raises(Invalid):
            async with store.uow() as u:
                await lines.save_number(u, ADMIN, None, number="95588", destination=wrong_goal)


async def test_first_set_up_happens_once(store: Store) -> None:
    given = {"company": "公司", "timezone": "Asia/Shanghai", "language": "zh", "admin_number": "9000",
             "admin_name": "管理员", "password": PASSWORD}
    async with store.reading() as u:
        assert await site.needs_set_up(u)
    with pytest.raises(Invalid):
        async with store.uow() as u:
            await site.set_up(u, **(given | {"timezone": "Mars/Base"}))
    with pytest.raises(Invalid):
        async with store.uow() as u:
            await site.set_up(u, **(given | {"password": ""}))
    async with store.uow() as u:
        await site.set_up(u, **given)
    async with store.reading() as u:
        assert not await site.needs_set_up(u)
        assert (await site.get_site(u)).company == "公司"
        assert [r.code for r in await site.list_break_reasons(u)][:2] == ["lunch", "rest"]
    with pytest.raises(AlreadySetUp):
        async with store.uow() as u:
            await site.set_up(u, **given)
    assert (await login.log_in(store, "9000", PASSWORD, NOW, seal=SEAL)).person.role == "admin"


async def test_settings_take_any_json(store: Store) -> None:
    values: tuple[Any, ...] = (None, 0, "", [], {"a": [1, None, "é"]}, True)
    for value in values:
        async with store.uow() as u:
            await site.put_setting(u, SYSTEM, "k", value)
        async with store.reading() as u:
            assert await site.get_setting(u, "k", "absent") == value


@pytest.mark.parametrize(("name", "full", "short"), [
    ("张伟", "zhangwei", "zw"), ("单雄信", "shanxiongxin", "sxx"), ("曾小贤", "zengxiaoxian", "zxx"),
    ("Ann Li", "annli", "annli"), ("王A1", "wanga1", "wa1"), ("", "", ""), ("—", "", ""), ("重庆商社", None, None)])
def test_spelling(name: str, full: str | None, short: str | None) -> None:
    if full is None:
        assert spelled(name)[0].isalpha()
    else:
        assert spelled(name) == (full, short)

"""Whoever the provider (OpenID Connect) ends is logged out here too: its refresh tokens are asked with."""

from __future__ import annotations

import pytest
from tests.api.linkserver import agent_view
from tests.api.provider import Provider
from tests.api.site import Browser, Site
from tests.api.test_outside import actions, by_provider, go, place, provider

from yingda.org.refresh_tokens import RefreshTokens
from yingda.web import renewals

pytestmark = pytest.mark.api
__all__ = ["place", "provider"]  # fixtures


def enter(site: Site, provider: Provider, number: str) -> Browser:
    provider.user = {"sub": f"u-{number}", "preferred_username": number}
    with site.stranger() as browser:
        assert go(browser) == "/calls?x=1"
        return Browser(site.url, browser.cookies["yingda_session"])


def inside(browser: Browser) -> bool:
    return browser.get("/api/v1/session").status_code == 200


def test_whom_the_provider_ends_is_logged_out(place: Site, provider: Provider) -> None:
    provider.refreshes = True
    by_provider(place, provider)
    recheck = place.app.state.room.recheck
    with (enter(place, provider, "1001") as one, enter(place, provider, "1002") as two,
          enter(place, provider, "9001") as three, place.login("1001") as own):
        first = set(provider.refresh)
        for _ in range(2):  # each token counts once: the new ones are kept
            assert place.do(recheck.look()) == 0 and all(map(inside, (one, two, three)))
        assert len(first) == len(provider.refresh) == 3 and not first & set(provider.refresh)
        provider.ended = {"1001"}
        with one.live() as live:
            assert place.do(recheck.look()) == 1
            with pytest.raises(Exception, match="4401"):
                while True:
                    live.recv(timeout=30)
        assert list(map(inside, (one, two, three, own))) == [False, True, True, True], "an own password is none of it"
        assert "session.vouched_no_more" in actions(place)
        file = place.folder / "run" / "refresh-tokens.json"
        assert file.stat().st_mode & 0o777 == 0o600 and not any(token in file.read_text() for token in provider.refresh)
        anew = RefreshTokens(file, place.app.state.room.seal)
        assert len(anew.logins()) == 3, "whose login has ended is forgotten at the next look"
        assert place.do(recheck.look()) == 0 and len(RefreshTokens(file, place.app.state.room.seal).logins()) == 2


def test_a_provider_that_is_away_or_knows_nobody_ends_nobodys_login(place: Site, provider: Provider) -> None:
    provider.refreshes = True
    by_provider(place, provider)
    recheck = place.app.state.room.recheck
    with (enter(place, provider, "1001") as one, enter(place, provider, "1002") as two,
          enter(place, provider, "9001") as three):
        provider.broken = True
        assert place.do(recheck.look()) == 0 and all(map(inside, (one, two, three)))
        provider.broken = False
        by_provider(place, provider, client_id="another")
        provider.ended = {"1001"}
        assert place.do(recheck.look()) == 0 and inside(one), "the tokens are not from this client"
        by_provider(place, provider)
        provider.ended = {"1001", "1002", "9001"}
        assert place.do(recheck.look()) == 0 and all(map(inside, (one, two, three)))


def test_whoever_talks_as_the_provider_ends_him_finishes_his_talk(place: Site, provider: Provider) -> None:
    provider.refreshes = True
    by_provider(place, provider)
    room = place.app.state.room
    agents, person = room.link.mirror.entities["agents"], str(place.company.people["1001"])
    with enter(place, provider, "1001") as one:
        place.engine.put("agents", agent_view(person, call_id="77"))
        place.until(lambda: agents.get(person, {}).get("call_id") == "77", 30)
        provider.ended = {"1001"}
        assert place.do(room.recheck.look()) == 0 and inside(one)
        assert place.do(room.recheck.renewals.finish(room.clock.now_ms())) == 0 and inside(one)
        place.engine.put("agents", agent_view(person, call_id=""))
        place.until(lambda: agents.get(person, {}).get("call_id") == "", 30)
        place.do(room.recheck.renewals.finish(room.clock.now_ms()))
        assert not inside(one)
    provider.ended = set()
    with enter(place, provider, "1001") as one:
        place.engine.put("agents", agent_view(person, call_id="78"))
        place.until(lambda: agents.get(person, {}).get("call_id") == "78", 30)
        provider.ended = {"1001"}
        assert place.do(room.recheck.look()) == 0 and inside(one)
        late = room.clock.now_ms() + renewals.LONGEST_TALK_MS + 60_000
        place.do(room.recheck.renewals.finish(late))
        assert not inside(one), "but not for ever"


def test_a_login_without_a_refresh_token_lasts_as_before(place: Site, provider: Provider) -> None:
    by_provider(place, provider)
    with enter(place, provider, "1001") as one:
        provider.ended = {"1001"}
        assert place.do(place.app.state.room.recheck.look()) == 0 and inside(one)

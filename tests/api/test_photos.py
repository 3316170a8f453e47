"""People's photos: pictures only, small ones, set within reach, seen by colleagues."""

from __future__ import annotations

import pytest
from tests.api.site import Browser, Site

pytestmark = pytest.mark.api
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 500
JPEG = b"\xff\xd8\xff\xe0" + b"\1" * 500


def send(who: Browser, place: str, content: bytes) -> int:
    return who.put(place, files={"file": ("me", content)}).status_code


def test_a_photo_from_its_coming_to_its_end(site: Site) -> None:
    key = str(site.company.people["1001"])
    place = f"/api/v1/people/{key}/photo"
    with site.login("9000") as admin, site.login("1002") as colleague, site.stranger() as stranger:
        assert colleague.get(place).status_code == 404
        assert send(admin, place, PNG) == 200
        seen = colleague.get(place)
        assert (seen.content, seen.headers["content-type"]) == (PNG, "image/png")
        assert "private" in seen.headers["cache-control"] and seen.headers["x-content-type-options"] == "nosniff"
        shown = admin.get(f"/api/v1/people/{key}").json()["photo"]
        listed = colleague.get("/api/v1/office/directory").json()
        assert shown == next(one["photo"] for one in listed if one["person_id"] == key)
        assert send(admin, place, JPEG) == 200 and colleague.get(place).content == JPEG
        for wrong, code in ((b"<svg onload=alert(1)>", "not_a_picture"), (JPEG + b"x" * 200_000, "picture_too_big")):
            answer = admin.put(place, files={"file": ("me.jpg", wrong)})
            assert (answer.status_code, answer.json()["fields"]["file"]["code"]) == (422, code)
        assert send(colleague, place, PNG) == 403 and stranger.get(place).status_code == 401
        assert admin.delete(place).status_code == 204 and colleague.get(place).status_code == 404
        assert send(admin, "/api/v1/people/5/photo", PNG) == 404

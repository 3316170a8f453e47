"""GET /health: for monitors without a login; details for administrators only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from yingda.org.permissions import Permission
from yingda.web import health
from yingda.web.access import identity_of_or_none, open_without_database
from yingda.web.problems import language_of
from yingda.web.room import room_of
from yingda.web.shapes.session import HealthOut, HealthPart

router = APIRouter(tags=["health"])


@router.get("/health", operation_id="getHealth", responses={503: {"model": HealthOut}})
async def get_health(_: Annotated[None, open_without_database()], request: Request,
                     response: Response) -> HealthOut:
    """503 when calls cannot be taken, with the same body. Answers even when the database does not."""
    room = room_of(request)
    parts = await health.parts(room)
    me = await identity_of_or_none(request) if parts["database"].state != "down" else None
    open_details = me is not None and me.may(Permission.SETTINGS_EDIT)
    state, language = health.overall(parts), language_of(request.scope)
    response.status_code = 503 if state == "down" else 200
    shown = {name: HealthPart(state=part.state, detail=part.detail(language) if open_details else "")
             for name, part in parts.items()}
    return HealthOut(state=state, **shown, version=room.config.version, at=room.clock.now_ms())

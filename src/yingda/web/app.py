"""The web application: API, live push, SIP proxy and the page, from values alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import APIRouter, FastAPI

from yingda.web.access import name_permissions
from yingda.web.api import (
    account,
    agent,
    alarms,
    audit,
    backups,
    callers,
    calling,
    calls,
    categories,
    channels,
    customers,
    departments,
    directory,
    exports,
    extension_groups,
    extensions,
    flows,
    follow_ups,
    guide,
    handsets,
    health,
    hours,
    keys,
    lines,
    music,
    notices,
    office,
    outside,
    parties,
    people,
    phone_settings,
    photos,
    pins,
    prompts,
    queues,
    recordings,
    records,
    reminders,
    reveal,
    roles,
    rooms,
    routes,
    session,
    settings,
    setup,
    sockets,
    staff_files,
    supervise,
    survey_links,
    surveys,
    system,
    url_pop,
)
from yingda.web.config import WebConfig
from yingda.web.page import Page
from yingda.web.problems import Problem, install_problems
from yingda.web.prompt_room import MAX_UPLOAD
from yingda.web.request_log import RequestLog
from yingda.web.room import Room
from yingda.web.security import Gate, Shield

PREFIX: Final = "/api/v1"
ROUTERS: Final[tuple[APIRouter, ...]] = (
    session.router, setup.router, health.router, agent.router, calls.router, parties.router, supervise.router,
    records.router, recordings.router, customers.router, people.router, extensions.router,
    extension_groups.router, queues.router, lines.router, directory.router, audit.router, prompts.router,
    music.router, callers.router, departments.router,
    roles.router, flows.router, alarms.router, notices.router, reminders.router,
    channels.router, hours.router, routes.router,
    calling.router, office.router, follow_ups.router, phone_settings.router, rooms.router, pins.router,
    categories.router,
    staff_files.router, exports.router, reveal.router, guide.router, account.router,
    keys.router, system.router, backups.router, surveys.router,
    survey_links.router,
    settings.router, outside.router, handsets.router, photos.router, url_pop.router,
)
MAX_BODY: Final = 1_000_000  # bytes
UPLOADS: Final = {f"{PREFIX}/prompts/drafts": MAX_UPLOAD}  # streamed to disk

UVICORN: Final[dict[str, Any]] = {
    "ws_per_message_deflate": False,  # costs time per frame and memory per socket, and gains little on a LAN
    "ws_max_size": 65_536,
    "ws_ping_interval": 20.0,
    "ws_ping_timeout": 20.0,
    "server_header": False,
    "access_log": False,  # we log requests ourselves, without query strings
    "log_config": None,
    "timeout_graceful_shutdown": 5,
}
"""Settings for whoever runs the application under uvicorn."""


def create_app(config: WebConfig) -> FastAPI:
    """The application. The database must have been brought to the present schema by then."""
    room = Room(config)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await room.start()
        try:
            yield
        finally:
            await room.stop()

    app = FastAPI(title="Yingda", version=config.version, docs_url=None, redoc_url=None,
                  openapi_url=f"{PREFIX}/openapi.json", lifespan=lifespan,
                  responses={"default": {"model": Problem, "description": "Refused; see `code`",
                                         "content": {"application/problem+json": {}}}})
    app.state.room = room
    install_problems(app)
    for router in ROUTERS:
        name_permissions(router)
        app.include_router(router, prefix=PREFIX)
    app.include_router(sockets.router, prefix=PREFIX)
    name_permissions(survey_links.page)
    app.include_router(survey_links.page)
    app.mount("/", Page(config.page_dir), name="page")
    # the last one added is the outermost
    app.add_middleware(Gate, longest=MAX_BODY, larger=UPLOADS)
    app.add_middleware(RequestLog)
    app.add_middleware(Shield)
    return app

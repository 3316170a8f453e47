"""People's photos: seen by everybody who works here, set by who looks after people."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Request, UploadFile
from starlette.responses import Response

from yingda.org import photos
from yingda.org.permissions import Permission
from yingda.web.access import require, signed_in
from yingda.web.identity import Identity
from yingda.web.reach import need_person
from yingda.web.room import room_of
from yingda.web.shapes.common import Id, Ms, Out

router = APIRouter(tags=["people"])
Me = Annotated[Identity, signed_in()]
Editor = Annotated[Identity, require(Permission.PEOPLE_EDIT)]
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}}


class PhotoOut(Out):
    photo: Ms  # its version, for addresses: `/people/{id}/photo?v=…`


@router.get("/people/{person_id}/photo", operation_id="getPhoto", response_class=Response, responses=_FILES)
async def get_photo(person_id: Id, _: Me, request: Request) -> Response:
    async with room_of(request).store.reading() as u:
        content, kind = await photos.get_photo(u, person_id)
    return Response(content, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})


@router.put("/people/{person_id}/photo", operation_id="putPhoto")
async def put_photo(person_id: Id, me: Editor, request: Request, file: Annotated[UploadFile, File()]) -> PhotoOut:
    """JPEG, PNG or WebP up to 200 kB; pages make it small before they send it."""
    room = room_of(request)
    await need_person(room, me, Permission.PEOPLE_EDIT, person_id)
    content = await file.read(photos.MOST_BYTES + 1)
    async with room.store.uow() as u:
        return PhotoOut(photo=await photos.put_photo(u, me.actor, person_id, content))


@router.delete("/people/{person_id}/photo", operation_id="removePhoto", status_code=204)
async def remove_photo(person_id: Id, me: Editor, request: Request) -> None:
    room = room_of(request)
    await need_person(room, me, Permission.PEOPLE_EDIT, person_id)
    async with room.store.uow() as u:
        await photos.remove_photo(u, me.actor, person_id)

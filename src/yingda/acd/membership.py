"""Who serves which queues, for those below who only know people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from yingda.acd.models import QueueMember
from yingda.notify.notices import Members
from yingda.store.engine import Uow


class QueueMembers(Members):
    async def of_queues(self, u: Uow, ids: Sequence[int]) -> set[int]:
        return set((await u.execute(select(QueueMember.person_id).where(QueueMember.queue_id.in_(ids)))).scalars())

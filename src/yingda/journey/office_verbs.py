"""What people ask of the office telephone by their pages. The web part has checked the right before."""

from __future__ import annotations

from typing import Any

import msgspec

from yingda.bus import verbs as v
from yingda.journey.office import Office


class OfficeVerbs:
    def __init__(self, office: Office) -> None:
        self._office = office

    def do(self, verb: v.SetFeatures | v.LookAround | v.MuteParticipant | v.RemoveParticipant) -> Any:
        match verb:
            case v.SetFeatures():
                kept = self._office.set_features(
                    verb.extension, verb.actor, always=verb.always, closed=verb.closed, plan_id=verb.plan_id,
                    busy=verb.busy, no_answer=verb.no_answer, unreachable=verb.unreachable,
                    no_answer_s=verb.no_answer_s, dnd=verb.dnd, box_greeting=verb.box_greeting)
                return dict(msgspec.to_builtins(kept))
            case v.LookAround():
                return self._office.look_around()
            case v.MuteParticipant():
                self._office.rooms.mute(verb.call_id, verb.on)
            case v.RemoveParticipant():
                self._office.rooms.kick(verb.call_id)
        return None

"""One call's life as a pure machine: what may happen in which state, and what is then to be done.

`decide(call, event)` gives the new record, the commands for the switch and the facts to publish. No clock, no I/O, no
chance: instants and names come with the events. The moves stand in `moves`, `talk`, `third`, `watch`, `endings` and
`timers`; this page is the table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec.structs import replace

from yingda.calls import (
    conference,
    confirm,
    endings,
    message,
    moves,
    onward,
    park,
    pickup,
    promise,
    queueing,
    reach,
    rooms,
    survey,
    talk,
    third,
    timers,
    trial,
    watch,
)
from yingda.calls import events as e
from yingda.calls.events import AnyEvent, Event
from yingda.calls.state import Call
from yingda.calls.step import Step
from yingda.telephony import commands as c

STATES = ("arrived", "in_menu", "waiting", "offered", "talking", "held", "rejoining", "dialing", "consulting",
          "conference", "transferring", "serving", "leaving", "promising", "at_door", "in_room",
          "parked", "closing", "ended")
LIVE = tuple(s for s in STATES if s != "ended")
TALK = ("talking", "held")
WATCHED = ("talking", "held", "consulting", "conference")
CLOSABLE = ("arrived", "in_menu", "waiting", "offered", "serving", "at_door", "parked")
Handler: TypeAlias = Callable[[Call, Any], Step]


def _but(*states: str) -> tuple[str, ...]:
    return tuple(s for s in STATES if s not in states)


def _confirmed(call: Call, ev: e.PartyKeyed) -> Step:
    """"1" makes the answer of that leg count; no other key does."""
    wanted = confirm.waits(call, ev.leg)
    if wanted is None or not wanted.key or ev.digit != confirm.YES:
        return Step(call)
    step = decide(confirm.done(call, ev.leg), confirm.answer_of(call, ev.leg, ev.at))
    # whatever a leg is to do waits for the end of what it hears
    return step._replace(commands=(c.StopPlay(playback=confirm.playback_of(ev.leg)), *step.commands))


def _warned(call: Call, ev: e.PartyPrompted) -> Step:
    wanted = confirm.waits(call, ev.leg)
    if wanted is None or wanted.key:
        return Step(call)
    return decide(confirm.done(call, ev.leg), confirm.answer_of(call, ev.leg, ev.at))


# every legal move: event, the states it may come in, who answers it
TABLE: tuple[tuple[type[Event], tuple[str, ...], Handler], ...] = (
    (e.EnterMenu, ("arrived", "in_menu", "waiting"), moves.enter_menu),
    (e.MenuStep, ("in_menu",), moves.menu_step),
    (e.Keyed, ("in_menu",), moves.keyed_in_menu),
    (e.PromptEnded, ("in_menu",), moves.prompt_ended_in_menu),
    (e.PromptEnded, ("waiting", "offered"), queueing.prompt_ended),
    (e.PromptEnded, ("closing",), endings.prompt_ended_at_close),
    (e.EnterQueue, ("arrived", "in_menu", "waiting", "promising"), moves.enter_queue),
    (e.Overflow, ("arrived", "in_menu", "waiting"), queueing.overflow),
    (e.Announce, ("waiting",), queueing.announce),
    (e.Keyed, ("waiting",), queueing.keyed),
    (e.LeaveMessage, ("arrived", "in_menu", "waiting"), message.leave),
    (e.PromptEnded, ("leaving",), message.prompt_ended),
    (e.Keyed, ("leaving",), message.keyed),
    (e.MessageRecorded, ("leaving",), message.recorded),
    (e.OfferCallback, ("arrived", "in_menu", "waiting"), promise.offer),
    (e.PromptEnded, ("promising",), promise.prompt_ended),
    (e.Keyed, ("promising",), promise.keyed),
    (e.Offer, ("waiting", "parked"), moves.offer),
    (e.Offer, _but("waiting", "parked", "dialing"), moves.offer_too_late),
    (e.Park, TALK, park.park),
    (e.Park, ("waiting", "parked"), park.again),
    (e.ParkGivenUp, ("parked",), park.to_queue),
    (e.AgentRinging, ("offered",), moves.agent_rings),
    (e.AgentAnswered, ("offered",), moves.agent_answers_offer),
    (e.AgentAnswered, ("dialing",), moves.agent_lifts_to_dial),
    (e.AgentAnswered, ("talking", "held", "rejoining", "consulting", "conference"), talk.agent_rejoins),
    (e.AgentGone, ("offered",), moves.agent_gone_from_offer),
    (e.AgentGone, ("dialing",), moves.agent_gone_dialing),
    (e.AgentGone, ("talking", "held", "rejoining"), survey.agent_gone),
    (e.AgentGone, ("consulting",), third.agent_gone_from_consult),
    (e.AgentGone, ("conference",), conference.agent_gone_from_conference),
    (e.Rejected, ("offered",), moves.rejected),
    (e.PhoneBack, ("offered",), moves.phone_back_in_offer),
    (e.PhoneBack, ("talking", "held", "rejoining", "consulting", "conference"), talk.phone_back_in_talk),
    (e.FarRinging, ("dialing",), moves.far_rings),
    (e.FarAnswered, ("dialing",), moves.far_answers),
    (e.FarAnswered, ("arrived",), trial.answered),
    (e.FarGone, tuple(s for s in LIVE if s not in ("consulting", "conference", "dialing")), endings.far_gone),
    (e.FarGone, ("dialing",), onward.far_gone_dialing),
    (e.RoomEntered, ("arrived", "in_menu", "waiting"), rooms.to_door),
    (e.RoomAsked, ("at_door",), rooms.ask),
    (e.RoomOpened, ("at_door", "in_room"), rooms.let_in),
    (e.Keyed, ("at_door",), rooms.keyed_at_door),
    (e.PromptEnded, ("at_door",), rooms.prompt_ended),
    (e.MuteAsked, ("in_room",), rooms.mute),
    (e.Redirect, ("dialing",), onward.redirect),
    (e.TurnIn, ("dialing",), onward.turn_in),
    (e.GiveUp, ("dialing",), onward.give_up),
    (e.FarGone, ("consulting",), third.caller_gone_from_consult),
    (e.FarGone, ("conference",), conference.caller_leaves_conference),
    (e.HoldAsked, ("talking",), talk.hold),
    (e.ResumeAsked, ("held",), talk.resume),
    (e.MuteAsked, (*TALK, "conference"), talk.mute),
    (e.DigitsAsked, (*TALK, "conference"), talk.digits),
    (e.HangUpAsked, tuple(s for s in LIVE if s not in ("consulting", "conference", *TALK)), endings.hang_up),
    (e.HangUpAsked, TALK, survey.hang_up),
    (e.SendOn, TALK, survey.send_on),
    (e.HangUpAsked, ("consulting",), third.hang_up_consult),
    (e.HangUpAsked, ("conference",), conference.hang_up_conference),
    (e.Close, CLOSABLE, endings.close),
    (e.Consult, TALK, third.consult),
    (e.ThirdRinging, ("consulting", "transferring"), third.third_rings),
    (e.ThirdAnswered, ("consulting",), third.third_answers_consult),
    (e.ThirdAnswered, ("transferring",), reach.third_answers),
    (e.ThirdGone, ("consulting",), third.third_gone_from_consult),
    (e.ThirdAnswered, ("conference",), conference.third_joins),
    (e.ThirdGone, ("conference",), conference.third_gone_from_conference),
    (e.ThirdGone, ("transferring",), reach.third_gone),
    (e.Reach, ("arrived", "in_menu", "waiting"), reach.reach),
    (e.ConsultCancelled, ("consulting",), third.consult_cancelled),
    (e.TransferCompleted, ("consulting",), third.complete),
    (e.TransferCompleted, ("conference",), conference.complete),
    (e.ToggleAsked, ("consulting",), third.toggle),
    (e.ConferenceAsked, ("consulting",), conference.conference),
    (e.InviteAsked, ("conference",), conference.invite),
    (e.OtherAnswered, ("conference",), conference.other_answers),
    (e.OtherGone, ("conference",), conference.other_gone),
    (e.PickUp, ("waiting", "offered", "parked"), pickup.pick_up),
    (e.PickUp, ("transferring",), pickup.take_third),
    (e.PickUp, ("dialing",), pickup.take_far),
    (e.PickUp, _but("waiting", "offered", "parked", "transferring", "dialing"), pickup.pick_up_too_late),
    (e.PartyKeyed, LIVE, _confirmed),
    (e.PartyPrompted, LIVE, _warned),
    (e.Serve, ("serving",), moves.serve),
    (e.Keyed, ("serving",), moves.keyed_code),
    (e.PromptEnded, ("serving",), moves.code_said),
    (e.Transfer, TALK, third.transfer),
    (e.TransferToQueue, TALK, third.transfer_to_queue),
    (e.WatchAsked, WATCHED, watch.watch),
    (e.WatchAsked, _but(*WATCHED), watch.watch_too_late),
    (e.WatcherAnswered, WATCHED, watch.watcher_answers),
    (e.WatchModeAsked, WATCHED, watch.watch_mode),
    (e.WatchEnded, LIVE, watch.watch_ended),
    (e.WatcherGone, LIVE, watch.watcher_gone),
    (e.WatcherKeyed, WATCHED, watch.watcher_keyed),
    (e.InterceptAsked, TALK, watch.intercept),
    (e.TimerFired, LIVE, timers.timer_fired),
    (e.Compared, LIVE, timers.compared),
    (e.SwitchLost, LIVE, endings.switch_lost),
)
MOVES: dict[tuple[str, type[Event]], Handler] = {(s, event): h for event, where, h in TABLE for s in where}

_BEFORE_TALK = ("arrived", "in_menu", "waiting", "transferring", "serving", "leaving", "promising", "closing",
                "at_door", "in_room", "parked")
# foreseen and harmless: wires cross, so last words arrive after the state has moved on
_LATE: tuple[tuple[type[Event], tuple[str, ...]], ...] = (
    (e.Keyed, _but("in_menu", "waiting", "serving", "leaving", "promising", "at_door")),
    (e.PromptEnded, _but("in_menu", "waiting", "offered", "leaving", "promising", "closing", "at_door", "serving")),
    (e.Overflow, _but("arrived", "in_menu", "waiting")),
    (e.Announce, _but("waiting")),
    (e.MessageRecorded, _but("leaving")),
    (e.LeaveMessage, ("offered", "leaving", "promising", "closing", "ended")),
    (e.OfferCallback, ("offered", "leaving", "promising", "closing", "ended")),
    (e.AgentRinging, _but("offered")),
    (e.AgentAnswered, (*_BEFORE_TALK, "ended")),
    (e.AgentGone, (*_BEFORE_TALK, "ended")),
    (e.FarRinging, _but("dialing")),
    (e.FarAnswered, _but("dialing", "arrived")),
    (e.ThirdRinging, _but("consulting", "transferring")),
    (e.ThirdAnswered, _but("consulting", "conference", "transferring")),
    (e.OtherAnswered, _but("conference")),
    (e.OtherGone, _but("conference")),
    (e.ThirdGone, _but("consulting", "conference", "transferring")),
    (e.WatcherAnswered, _but(*WATCHED)),
    (e.WatcherKeyed, _but(*WATCHED)),
    *((event, ("ended",)) for event in (e.FarGone, e.TimerFired, e.Compared, e.SwitchLost, e.HangUpAsked, e.WatcherGone,
                                        e.WatchEnded, e.PartyKeyed, e.PartyPrompted)),
    (e.Serve, ("closing", "ended")),
    (e.PhoneBack, _but("offered", "talking", "held", "rejoining", "consulting", "conference")),
    (e.MenuStep, _but("in_menu", "dialing")),
    (e.EnterMenu, ("leaving", "promising", "closing", "ended")),
    (e.EnterQueue, ("leaving", "closing", "ended")),
    (e.Reach, _but("arrived", "in_menu", "waiting")),
    (e.Rejected, ("waiting", "parked", "leaving", "promising", "talking", "held", "ended")),
    (e.Close, _but(*CLOSABLE)),
    # what people ask for: checked before, but the call may have moved on meanwhile
    *((event, _but(*where)) for event, where in (
        (e.MuteAsked, (*TALK, "conference", "in_room")), (e.DigitsAsked, (*TALK, "conference")),
        (e.HoldAsked, ("talking",)),
        (e.ResumeAsked, ("held",)), (e.Consult, TALK), (e.Transfer, TALK), (e.TransferToQueue, TALK),
        (e.ConsultCancelled, ("consulting",)), (e.TransferCompleted, ("consulting", "conference")),
        (e.ConferenceAsked, ("consulting",)), (e.WatchModeAsked, WATCHED), (e.InterceptAsked, TALK),
        (e.Park, (*TALK, "waiting", "parked")), (e.ParkGivenUp, ("parked",)),
        (e.ToggleAsked, ("consulting",)), (e.InviteAsked, ("conference",)), (e.SendOn, TALK),
        (e.Redirect, ("dialing",)), (e.TurnIn, ("dialing",)), (e.GiveUp, ("dialing",)),
        (e.RoomEntered, ("arrived", "in_menu", "waiting")), (e.RoomAsked, ("at_door",)),
        (e.RoomOpened, ("at_door", "in_room")))),
)
LATE: frozenset[tuple[str, type[Event]]] = frozenset((s, event) for event, where in _LATE for s in where)


class IllegalMove(Exception):
    """An event that nobody foresaw in this state: an incident to be counted and journaled, never a dropped call."""

    def __init__(self, call: Call, event: Any) -> None:
        super().__init__(f"{call.state} + {type(event).__name__}")
        self.call = call
        self.event = event


def decide(call: Call, event: AnyEvent) -> Step:
    """The call after `event` with what is to be done. Raises IllegalMove for a pair that stands in no table."""
    held_back = confirm.gate(call, event) if call.confirms else None
    if held_back is not None:
        return held_back
    handler = MOVES.get((call.state, type(event)))
    if handler is not None:
        step = handler(call, event)
        if step.call.watchers and step.call.state not in WATCHED:
            step = watch.dismiss(step, event.at)
        if step.call.state != call.state:
            return Step(replace(step.call, epoch=call.epoch + 1), step.commands, step.facts)
        return step
    if (call.state, type(event)) in LATE:
        return Step(call)
    raise IllegalMove(call, event)

"""Carries out what people ask for by the desktop: checks that it is theirs and live now, then acts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from yingda.agents import machine as am
from yingda.bus import verbs as v
from yingda.calls import events as e
from yingda.calls.birth import arrive
from yingda.calls.state import Call
from yingda.journey import errors as err
from yingda.journey.codes import CheckPin, Codes
from yingda.journey.directory import Person
from yingda.journey.office import Office
from yingda.journey.office_codes import OfficeCodes
from yingda.journey.office_verbs import OfficeVerbs
from yingda.journey.pickups import PickUps, Taker
from yingda.journey.picture import can
from yingda.journey.site import endpoint_of, extension_of
from yingda.journey.softphones import Softphones
from yingda.journey.stations import Station
from yingda.journey.story import Story
from yingda.journey.supervise import Supervise
from yingda.journey.third import ThirdParty
from yingda.journey.trials import Trials
from yingda.journey.ways_out import Caller, FarEnd
from yingda.kit.errors import YingdaError
from yingda.kit.ids import new_id, switch_name
from yingda.telephony import commands as c
from yingda.telephony import facts as f
from yingda.telephony.port import Switch

log = structlog.get_logger("journey")
_KEYS_KEPT = 500
# what a phone that dialled is told by ear, and the outcome in the record
REFUSALS: dict[type[Exception], tuple[str, str]] = {
    err.BadNumber: ("unknown_number", "unknown-number"), err.NobodyThere: ("no_answer", "no-answer"),
    err.CallingForbidden: ("refused", "call-not-allowed"), err.NightForbidden: ("refused", "call-not-at-night"),
    err.TooManyAtOnce: ("refused", "call-limit"), err.MinutesUsedUp: ("refused", "call-limit"),
    err.SpendUsedUp: ("refused", "call-limit"), err.NoFreeLine: ("failed", "line-busy"),
}


class Verbs:
    def __init__(self, story: Story, softphones: Softphones, switch: Switch, now: Callable[[], int],
                 reload: Callable[[], Awaitable[None]], office: Office, check_pin: CheckPin) -> None:
        self._story, self._softphones, self._switch = story, softphones, switch
        self._now, self._reload, self._office = now, reload, office
        self._dialled: dict[str, str] = {}  # idempotency key → call id
        self.switch_up = False
        self._third = ThirdParty(story, now, self._own_call, self.far_end)
        self._supervise = Supervise(story, now)
        self._trials = Trials(story, now)
        self._pickups = PickUps(story, now)
        self._codes = Codes(story, self._pickups, now, check_pin, office, self._trials)
        self._office_codes = OfficeCodes(story, office, now)
        self._office_verbs = OfficeVerbs(office)
        story.on_phone_dialled = self.phone_dialled
        story.on_transfer_asked = self._phone_transfers
        story.on_far_failed = office.far_failed
        story.on_turned_in = self._lead_on

    async def do(self, verb: v.AnyVerb) -> Any:  # noqa: C901 - one line a verb
        match verb:
            case v.OpenSoftphone():
                return await self._open_softphone(verb)
            case v.CloseSoftphone():
                return await self._close_softphone(verb)
            case v.SignIn():
                return self._sign_in(verb)
            case v.SignOut():
                return self._agent(verb.agent_id, am.SignedOut(at=self._now()))
            case v.SetReady():
                return self._agent(verb.agent_id, am.ReadyAsked(at=self._now()))
            case v.ProlongWrapUp():
                return self._prolong(verb)
            case v.SetBreak():
                return self._break(verb)
            case v.Dial():
                return self._dial(verb)
            case v.HangUpCall():
                return self._hang_up(verb)
            case v.RejectCall():
                return self._reject(verb)
            case v.HoldCall():
                return self._call(verb, "hold", e.HoldAsked(at=self._now()))
            case v.ResumeCall():
                return self._call(verb, "resume", e.ResumeAsked(at=self._now()))
            case v.MuteCall():
                return self._call(verb, "mute", e.MuteAsked(at=self._now(), on=verb.on))
            case v.SendDigits():
                return self._digits(verb)
            case v.TransferCall() | v.ConsultCall():
                return self._third.start(verb)
            case v.ToggleConsult():
                return self._call(verb, "toggle", e.ToggleAsked(at=self._now()))
            case v.InviteParty():
                return self._third.invite(verb)
            case v.RemoveParty():
                self._switch.carry_out(verb.call_id, (c.HangUp(leg=self._third.remove(verb)),))
                return None
            case v.PickUpCall():
                return self._pickups.asked(verb)
            case v.ParkCall():
                return self._park(verb)
            case v.FetchParked():
                return self._fetch(verb)
            case v.CancelConsult():
                return self._call(verb, "consult_cancel", e.ConsultCancelled(at=self._now()))
            case v.CompleteTransfer():
                return self._call(verb, "transfer_complete", e.TransferCompleted(at=self._now()))
            case v.MakeConference():
                return self._call(verb, "conference", e.ConferenceAsked(at=self._now()))
            case v.WatchCall() | v.StopWatching() | v.InterceptCall() | v.ForceHangUp() | v.ForceState():
                return self._supervise.do(verb)
            case v.MoveAgent():
                return self._move(verb)
            case v.SetFeatures() | v.LookAround() | v.MuteParticipant() | v.RemoveParticipant():
                return self._office_verbs.do(verb)
            case v.ReloadDirectory():
                await self._reload()
                return None
            case v.ReloadMusic():
                await self._switch.reload_music()
                return None
            case v.DropCallbacks():
                self._story.callbacks.drop(verb.number, "cancelled")
                return None
            case v.TestFlow():
                return self._trials.start(verb)
            case v.RecordPrompt():
                return self._trials.record(verb)
            case v.AnswerCall():
                raise err.NotNow  # only the phone itself can lift: the page does it

    def _lead_on(self, call: Call) -> None:
        (self._trials.lead_on if call.trial else self._office.lead_on)(call)

    # ---- phones

    def _person(self, agent_id: str) -> Person:
        person = self._story.site.people.get(agent_id)
        if person is None or not person.extension:
            raise err.NoSuchAgent
        return person

    async def _open_softphone(self, verb: v.OpenSoftphone) -> dict[str, str]:
        person = self._person(verb.agent_id)
        endpoint = endpoint_of(person, "web")
        account = self._softphones.open(person.id, endpoint, verb.client, verb.take_over,
                                        self._story.phones.get(endpoint, False))
        agent = self._story.agents.get(person.id)
        if agent.call_id and agent.phone == "web" and not verb.talking:
            self._story.awaiting_phone.add(person.id)  # a page loaded anew in mid-call: ring it when it registers
        if self.switch_up:
            await self._switch.put_phone(account)
        return {"endpoint": account.endpoint, "secret": account.secret, "realm": "yingda"}

    async def _close_softphone(self, verb: v.CloseSoftphone) -> None:
        endpoint = self._softphones.close(verb.agent_id, verb.client)
        if endpoint and self.switch_up:
            await self._switch.drop_phone(endpoint)

    def _sign_in(self, verb: v.SignIn) -> None:
        person = self._person(verb.agent_id)
        self._story.sign_in(person, verb.phone, verb.station)

    def _agent(self, agent_id: str, event: am.AnyEvent) -> None:
        self._person(agent_id)
        if self._story.agents.get(agent_id).presence == "signed_out":
            raise err.NotSignedIn
        if not self._story.agents.post(agent_id, event):
            raise err.NotNow

    def _prolong(self, verb: v.ProlongWrapUp) -> None:
        if not am.may_prolong(self._story.agents.get(verb.agent_id)):
            raise err.NotNow
        self._agent(verb.agent_id, am.WrapUpProlonged(at=self._now()))

    def _break(self, verb: v.SetBreak) -> None:
        if verb.reason not in self._story.site.directory.break_reasons:
            raise err.UnknownReason
        self._agent(verb.agent_id, am.BreakAsked(at=self._now(), reason=verb.reason))

    def _move(self, verb: v.MoveAgent) -> None:
        if verb.agent_id not in self._story.site.people:
            raise err.NoSuchAgent
        known = tuple(one for one in verb.queues if one[0] in self._story.site.queues)
        self._story.distribution.move(verb.agent_id, known)

    # ---- calls

    def _own_call(self, agent_id: str, call_id: str) -> Call:
        call = self._story.desk.calls.get(call_id)
        if call is None or call.state == "ended":
            raise err.CallGone
        watching = any(w.supervisor_id == agent_id for w in call.watchers)
        others = (*(one.agent_id for one in call.guests), *(one.agent_id for one in call.others))
        if agent_id not in (call.agent_id, call.far_agent_id, call.third_agent_id, *others) and not watching:
            raise err.NotYourCall
        return call

    def _call(self, verb: Any, word: str, event: e.AnyEvent) -> None:
        call = self._own_call(verb.agent_id, verb.call_id)
        if word not in can(self._story.agents.get(verb.agent_id), call):
            raise err.NotNow
        self._story.desk.post(call.id, event)

    def _hang_up(self, verb: v.HangUpCall) -> None:
        """Ends the call, or only one's own part in it where others go on."""
        call = self._own_call(verb.agent_id, verb.call_id)
        if any(w.supervisor_id == verb.agent_id for w in call.watchers):
            self._story.desk.post(call.id, e.WatchEnded(at=self._now(), supervisor_id=verb.agent_id))
        elif any(one.agent_id == verb.agent_id for one in call.guests):
            leg = next(one.leg for one in call.guests if one.agent_id == verb.agent_id)
            self._story.desk.post(call.id, e.OtherGone(at=self._now(), leg=leg))
            self._switch.carry_out(call.id, (c.HangUp(leg=leg),))
        elif verb.agent_id == call.third_agent_id:
            self._story.desk.post(call.id, e.ThirdGone(at=self._now(), leg=call.third_leg))
            self._switch.carry_out(call.id, (c.HangUp(leg=call.third_leg),))
        else:
            self._call(verb, "hang_up", e.HangUpAsked(at=self._now(), by="agent"))

    def _reject(self, verb: v.RejectCall) -> None:
        call = self._own_call(verb.agent_id, verb.call_id)
        if call.far_agent_id == verb.agent_id and call.state == "dialing":
            self._story.desk.post(call.id, e.FarGone(at=self._now(), cause=21))
        else:
            self._call(verb, "reject", e.Rejected(at=self._now(), agent_id=verb.agent_id))

    def _fetch(self, verb: v.FetchParked) -> None:
        person = self._person(verb.agent_id)
        self._story.parking.fetch(Taker(person, person.extension), verb.slot)

    def _park(self, verb: v.ParkCall) -> dict[str, str]:
        call = self._own_call(verb.agent_id, verb.call_id)
        if "park" not in can(self._story.agents.get(verb.agent_id), call):
            raise err.NotNow
        return {"slot": self._story.parking.park(verb.agent_id, call)}

    def _digits(self, verb: v.SendDigits) -> None:
        if not verb.digits or len(verb.digits) > 32 or verb.digits.strip("0123456789*#ABCD"):
            raise err.BadNumber
        self._call(verb, "digits", e.DigitsAsked(at=self._now(), digits=verb.digits))

    # ---- dialling

    def _dial(self, verb: v.Dial) -> dict[str, str]:
        known = self._dialled.get(verb.key)
        if verb.key and known:
            return {"call_id": known}
        if not self.switch_up:
            raise err.SwitchDown
        person = self._person(verb.agent_id)
        agent = self._story.agents.get(person.id)
        if agent.presence == "signed_out":
            raise err.NotSignedIn
        if not am.may_dial(agent):
            raise err.NotNow
        who = Caller(person, person.extension)
        call_id = self._office.dial(who, self._story.station_of(person), switch_name("leg"), verb.number,
                                    phone_dialled=False)
        if verb.key:
            self._dialled[verb.key] = call_id
            while len(self._dialled) > _KEYS_KEPT:
                self._dialled.pop(next(iter(self._dialled)))
        return {"call_id": call_id}

    def phone_dialled(self, fact: f.LegArrived) -> None:
        """A desk phone dialled by its own keys: the same call as from the page, its leg being there already."""
        if self._office_codes.dialled(fact) or self._codes.dialled(fact):
            return
        person = self._story.who_is_at(fact.endpoint)
        who = Caller(person, person.extension if person else extension_of(fact.endpoint))
        try:
            if who.person and self._story.agents.get(who.person.id).engagement != "free":
                raise err.NotNow
            self._office.dial(who, Station(fact.endpoint), fact.leg, fact.called, phone_dialled=True)
        except YingdaError as refusal:
            self._refuse_phone(fact, refusal)

    def _phone_transfers(self, fact: f.TransferAsked) -> None:
        """A phone's own transfer key. It is told before its leg is taken down, else it would show a failure."""
        call = self._story.desk.call_of_leg(fact.leg)
        person = self._story.site.people.get(call.agent_id) if call and call.agent_leg == fact.leg else None

        def told(made: bool) -> None:
            self._switch.carry_out(call.id if call else fact.leg, (c.TellTransfer(leg=fact.leg, made=made),))

        try:
            if call is None or person is None or not fact.to:
                raise err.NotNow
            self._third.by_phone(call, person, fact.to, lambda: told(True))
        except YingdaError as refusal:
            log.info("phone_transfer_refused", leg=fact.leg, reason=refusal.code)
            told(False)

    def _refuse_phone(self, fact: f.LegArrived, refusal: Exception) -> None:
        """Tell the caller by ear and keep a record of the attempt."""
        call_id = str(new_id())
        step = arrive(call_id, at=fact.at, leg=fact.leg, trunk="", caller=extension_of(fact.endpoint),
                      caller_raw=fact.caller, caller_name="", called=fact.called, answered=False, direction="internal")
        outcome, say = REFUSALS.get(type(refusal), ("failed", "system-busy"))
        self._story.desk.open(step._replace(facts=()))
        self._story.close(call_id, outcome, (f"sound:yd/{say}",))

    def far_end(self, person: Person, number: str) -> FarEnd:
        """Where a number leads: a colleague's phone or a trunk. Raises BadNumber, NobodyThere, NoTrunk, NoFreeLine,
        Elsewhere, and what the calling rules say against it."""
        return self._office.far_end(Caller(person, person.extension), number)

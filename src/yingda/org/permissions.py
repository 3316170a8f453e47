"""Who may do what: permissions, the built-in roles that bundle them, and over whose data each reaches.

The enum is the one place where rights are named. To add one: a line in `Permission`, its place in `ROLES` for the
built-in roles (administrators have it by themselves), in `SCOPED` if it reaches over people's data, and its name and
explanation in `kit/texts/org.*.json` under `permission`. Roles that a company made for itself take a new right from the
built-in role they were made from, until somebody edits them (`rights.py`).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Permission(StrEnum):
    """One right. Every route names one."""

    AGENT_WORK = "agent.work"  # sign in on a phone, take and make calls
    LIVE_WATCH = "live.watch"  # the live board: agents, calls, queues, lines
    CALLS_SUPERVISE = "calls.supervise"  # listen, whisper, barge in, take over, cut; set agents' states
    CALLS_PICK_UP = "calls.pick_up"  # take a call that rings at a colleague or waits; own: in the groups one serves
    CALLS_ORDER = "calls.order"  # have an agent's phone dial a number, from outside systems
    AGENTS_MOVE = "agents.move"  # move agents between service groups while work goes on
    CALLS_VIEW = "calls.view"
    CALLS_NOTE = "calls.note"
    RECORDINGS_LISTEN = "recordings.listen"
    RECORDINGS_DOWNLOAD = "recordings.download"
    NUMBERS_REVEAL = "numbers.reveal"  # see customers' numbers unmasked
    NUMBERS_ASK = "numbers.ask"  # have one masked number shown on demand; each time is logged
    FOLLOW_UPS_WORK = "follow_ups.work"  # lost calls, messages and callbacks of one's own groups
    FOLLOW_UPS_LEAD = "follow_ups.lead"  # those of all groups, and who works on them
    CUSTOMERS_VIEW = "customers.view"
    CUSTOMERS_EDIT = "customers.edit"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    DEPARTMENTS_EDIT = "departments.edit"
    EXTENSIONS_EDIT = "extensions.edit"
    QUEUES_EDIT = "queues.edit"
    HOURS_EDIT = "hours.edit"  # working hours, holidays and closures
    NUMBERS_EDIT = "numbers.edit"
    FLOWS_EDIT = "flows.edit"  # voice menus: drafts, publishing, figures
    TRUNKS_EDIT = "trunks.edit"
    PROMPTS_EDIT = "prompts.edit"  # recordings that callers hear, music
    SETTINGS_EDIT = "settings.edit"
    BACKUPS_TAKE = "backups.take"  # download backups: customers' data and every secret of the site
    ROLES_EDIT = "roles.edit"  # make roles, and grant or deny single rights to a person
    DATA_EXPORT = "data.export"  # take lists away as files, as far as one may see them
    AUDIT_VIEW = "audit.view"
    ALARMS_HANDLE = "alarms.handle"  # see, acknowledge and close alarms
    NOTICES_SEND = "notices.send"


class Scope(IntEnum):
    """Whose data: a wider scope contains the narrower."""

    OWN = 1
    GROUP = 2  # people of the same work group (person.team)
    DEPARTMENT = 3  # also the own department and those below it
    ALL = 4


_P = Permission

SCOPED: frozenset[Permission] = frozenset({
    _P.CALLS_PICK_UP, _P.LIVE_WATCH, _P.CALLS_SUPERVISE, _P.CALLS_ORDER, _P.AGENTS_MOVE,
    _P.CALLS_VIEW, _P.CALLS_NOTE, _P.RECORDINGS_LISTEN,
    _P.RECORDINGS_DOWNLOAD,
    _P.NUMBERS_REVEAL, _P.NUMBERS_ASK, _P.PEOPLE_VIEW, _P.PEOPLE_EDIT, _P.DATA_EXPORT,
})
"""Rights that reach over people's data, so a scope is chosen for them. All others one has or has not."""

ROLES: dict[str, dict[Permission, Scope]] = {
    "agent": {
        _P.AGENT_WORK: Scope.OWN,
        _P.CALLS_PICK_UP: Scope.OWN,
        _P.CALLS_VIEW: Scope.OWN,
        _P.CALLS_NOTE: Scope.OWN,
        _P.RECORDINGS_LISTEN: Scope.OWN,
        _P.NUMBERS_REVEAL: Scope.OWN,  # of the own calls; elsewhere masked
        _P.FOLLOW_UPS_WORK: Scope.ALL,
        _P.CUSTOMERS_VIEW: Scope.ALL,
        _P.CUSTOMERS_EDIT: Scope.ALL,
    },
    "supervisor": {
        _P.AGENT_WORK: Scope.OWN,
        _P.LIVE_WATCH: Scope.ALL,
        _P.CALLS_SUPERVISE: Scope.ALL,
        _P.CALLS_PICK_UP: Scope.ALL,
        _P.AGENTS_MOVE: Scope.ALL,
        _P.CALLS_VIEW: Scope.ALL,
        _P.CALLS_NOTE: Scope.ALL,
        _P.RECORDINGS_LISTEN: Scope.ALL,
        _P.RECORDINGS_DOWNLOAD: Scope.ALL,
        _P.NUMBERS_REVEAL: Scope.ALL,
        _P.NUMBERS_ASK: Scope.ALL,
        _P.FOLLOW_UPS_WORK: Scope.ALL,
        _P.FOLLOW_UPS_LEAD: Scope.ALL,
        _P.CUSTOMERS_VIEW: Scope.ALL,
        _P.CUSTOMERS_EDIT: Scope.ALL,
        _P.PEOPLE_VIEW: Scope.ALL,
        _P.NOTICES_SEND: Scope.ALL,
        _P.DATA_EXPORT: Scope.ALL,
    },
    "admin": dict.fromkeys(Permission, Scope.ALL),
}


def scope_of(role: str, permission: Permission) -> Scope | None:
    """How far the right reaches for the role, None when the role has it not (or is unknown)."""
    return ROLES.get(role, {}).get(permission)


def allows(role: str, permission: Permission, scope: Scope = Scope.OWN) -> bool:
    """Whether the role has the right over at least that scope."""
    granted = scope_of(role, permission)
    return granted is not None and granted >= scope

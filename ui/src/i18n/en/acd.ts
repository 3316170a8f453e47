import type zh from '../zh/acd'
import type { Same } from '../same'

export default {
  queue: {
    basics: 'Basics and distribution', members: 'Members', waiting: 'Waiting and words', overflow: 'Hours and overflow',
    strategyHint_longest_idle: 'The call goes to whoever has been idle longest.', strategyHint_round_robin: 'In turn: to whoever was offered a call longest ago.', strategyHint_fewest_calls: 'To whoever took the fewest calls today.', strategyHint_least_talk: 'To whoever talked least today.',
    strategyHint_level: 'Members of level 1 first, the next level when none of them is free; within a level by idle time.', strategyHint_area: 'By the area of the calling number: first to members who look after it, else to any other. Areas are set under “Members”.', strategyHint_ring_all: 'All free members ring at once; the first to answer takes it, the others stop ringing and nothing is held against them.',
    priority: 'Priority', priorityHint: 'Each step counts as one more minute of waiting; whoever waits longer moves up, so low priority never waits for ever. Numbers on the VIP list get 5 more.', times: 'Ringing and wrap-up', ringHint: 'Then the next member is rung, and the one who did not answer is set on break.', wrapHint: 'Time for notes after the call; no call is offered meanwhile.', serviceHint: 'Calls answered within this time count for the service level.',
    sticky: 'Agent of last time', stickyOn: 'Returning callers go to the agent who served them last', stickyHint: 'Waits only while that agent is signed in and not on a break; after that the normal rule applies.', stickyDays: 'Look back (days)', stickyWait: 'Wait for a busy agent at most (s)',
    sayAgent: 'Say the agent’s number on answer', survey: 'Survey after the talk', surveyNone: 'No survey', surveyHint: 'When the agent hangs up first, the caller is led into this voice flow; the marks belong to the call and the agent.', sayAgentHint: 'Caller and agent both hear “agent number 1008, at your service”.',
    music: 'Music', announce: 'Announcements', announceEvery: 'Every (s)', announceHint: 'First within 10 seconds, then at this interval. They stop at once when an agent answers and never delay a call.', sayPosition: 'Place in the queue', sayWait: 'Expected wait', comfort: 'Comfort prompt', comfortNone: 'None', comfortBusy: 'Our agents are still busy, thank you for waiting', comfortHold: 'All agents are busy, please hold',
    sayWaitHint: 'Estimated from this group’s recent handling time and the agents at work.', exit: 'Key to leave', exitOff: 'None', exitKey: 'Key {key}', exitHint: 'The announcement tells callers which key leads away.', exitTo: 'The key leads to',
    maxWait: 'Longest wait (s, 0 = no limit)', hours: 'Working hours', always: 'Always open', hoursHint: 'Plans are made under “Working hours”; holidays and make-up days are taken into account.', closedTo: 'Outside hours', nobodyTo: 'Nobody signed in', breaksTo: 'All on break', fullTo: 'Queue full', waitTo: 'Waited too long',
    nobodyHint: 'No member of this group is signed in.', breaksHint: 'Members are signed in but all on a break; somebody in a talk is not on a break.', fullLength: 'When so many wait already (0 = no limit)', waitHint: 'Not answered within the longest wait.', closedHint: 'Without a prompt of its own the out-of-hours or holiday prompt is played.',
    stay: 'Wait on', goTo: 'Go to', overflowNote: 'Each case may lead elsewhere. Callers keep the time they have waited, and every case is counted.', areas: 'Areas', areasHint: 'Places or number prefixes, e.g. 山东,0531',
    todayOverflow: 'Overflowed today', announceOn: 'Speak to waiting callers', numberPriorityHint: 'Steps added to the group’s priority for callers of this number.', musicDefault: 'Default music',
  },
  queuePrompt: { fitting: 'The prompt that fits', 'no-agent': 'Nobody is available', 'after-hours': 'We are closed', holiday: 'Closed for the holiday', 'line-busy': 'The line is busy', goodbye: 'Goodbye' },
  hours: {
    note: 'When calls are answered', plans: 'Plans', add: 'New plan', edit: 'Edit plan', name: 'Name', none: 'No plans yet', noneText: 'Make a plan and choose it in a service group or number; what has none is always open.', open: 'Open', closed: 'Closed', holiday: 'Holiday', until: 'until {time}', usedBy: 'Used by', unused: 'Not in use', remove: 'Delete plan', removeText: '“{name}” will be deleted.',
    week: 'Week', holidays: 'Public holidays', makeup: 'Make-up days', makeupHint: 'Weekend days that are worked', holidayHint: 'Empty = closed', rest: 'Closed', addSpan: 'Add hours', removeSpan: 'Remove hours', toAll: 'Copy to Monday–Friday', nextDay: 'next day', from: 'From', to: 'Until',
    calendar: 'Holiday calendar', today: 'Today', load: 'Load the official days of {year}', loaded: 'Loaded', unknownYear: 'The official holidays of {year} are not part of this version; upgrade once they are published, or set them yourself.', day: '{day}', kind: 'This day is', dayName: 'Name', dayNameHint: 'e.g. company outing', previous: 'Previous month', next: 'Next month',
  },
  dayKind: { ordinary: 'As its weekday', holiday: 'Public holiday', workday: 'Make-up day', closed: 'Closed' },
  dayMark: { holiday: 'H', workday: 'W', closed: 'C' },
  weekday: { d0: 'Mon', d1: 'Tue', d2: 'Wed', d3: 'Thu', d4: 'Fri', d5: 'Sat', d6: 'Sun' },
  move: { title: 'Groups of {name}', menu: 'Move between groups', hint: 'Takes effect at once; a call in progress goes on.', none: 'In no group: no calls will be offered.', level: 'Level', done: 'Groups changed' },
} satisfies Same<typeof zh>

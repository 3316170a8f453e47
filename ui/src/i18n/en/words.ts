import type zh from '../zh/words'
import type { Same } from '../same'

export default {
  state: {
    connecting: 'Connecting', signed_out: 'Signed out', ready: 'Ready', on_break: 'Break', wrapping_up: 'Wrap-up', ringing: 'Ringing', talking: 'Talking', held: 'On hold', dialing: 'Calling out', phone_down: 'Phone down', reserved: 'Ready',
  },
  reason: { rna: 'Missed a call', rejected: 'Rejected a call', phone_lost: 'Phone lost', signed_in: 'Not ready', supervisor: 'Set by supervisor' },
  role: { agent: 'Agent', supervisor: 'Supervisor', admin: 'Administrator' },
  direction: { in: 'Inbound', out: 'Outbound', internal: 'Internal' },
  callState: {
    arrived: 'Arrived', in_menu: 'In menu', waiting: 'Waiting', offered: 'Ringing', talking: 'Talking', held: 'On hold', parked: 'Parked', lent: 'In menu', rejoining: 'Waiting again', dialing: 'Calling', consulting: 'Consulting', conference: 'Conference', transferring: 'Being transferred', promising: 'Asking for a callback', at_door: 'Keying the PIN', in_room: 'In a conference', leaving: 'Leaving a message', closing: 'Ending', ended: 'Ended',
  },
  outcome: {
    message: 'Message left', abandoned_message: 'Hung up before the tone', callback: 'Callback requested', low_mark: 'Low mark',
    live: 'In progress', answered: 'Answered', abandoned_menu: 'Abandoned · menu', abandoned_queue: 'Abandoned · queue', abandoned_ring: 'Abandoned · ring', no_answer: 'No answer', busy: 'Busy', rejected: 'Rejected', failed: 'Failed',
    unknown_number: 'Number not set up', no_agents: 'No agents', queue_timeout: 'Waited too long', out_of_hours: 'Out of hours', queue_full: 'Queue full', left_queue: 'Left by key', switch_lost: 'Switch lost', phone_lost: 'Phone lost', cancelled: 'Cancelled', lines_full: 'All lines busy', blocked: 'Blocked', menu_failed: 'Nothing chosen', flow_failed: 'Flow error', menu_done: 'Menu ended', feature_code: 'feature code', closed: 'Ended by the system', answered_elsewhere: 'Answered elsewhere', refused: 'Not allowed',
  },
  pin: { ok: 'PIN verified', failed: 'Wrong PIN', locked: 'PIN locked', none: 'No PIN set', unavailable: 'PIN not checked' },
  callerKind: { black: 'Black list', white: 'White list', vip: 'VIP' },
  callerKindHint: { black: 'Calls are refused before they are answered, at no cost to the caller, and kept in the record.', white: 'Gets through although a black-listed prefix covers the number.', vip: 'Served first in the queue: as if the caller had waited five minutes longer.' },
  endedBy: { caller: 'Customer hung up', agent: 'Agent hung up', system: 'Ended by the system', supervisor: 'Cut by supervisor', far: 'Other side hung up', switch: 'Switch lost', media: 'Sound lost' },
  segment: { callback: 'Callback', message: 'Message', menu: 'Menu', queue: 'Queue', agent: 'Agent', outside: 'Outside', room: 'Conference room', parked: 'Parked' },
  segmentOutcome: {
    callback: 'To callback', declined: 'Goes on waiting', left: 'Message left', too_short: 'No message', voicemail: 'To voicemail',
    parked: 'parked', chosen: 'chosen', timed_out: 'timed out', caller_left: 'caller left', assigned: 'assigned', overflowed: 'overflowed', overflow_closed: 'sent on: out of hours', overflow_nobody: 'sent on: nobody signed in', overflow_breaks: 'sent on: all on break', overflow_full: 'sent on: queue full', overflow_wait: 'sent on: waited too long', overflow_exit: 'left by key', answered_elsewhere: 'answered by another', not_taken: 'nobody took it', answered: 'answered', no_answer: 'no answer', rejected: 'rejected', busy: 'busy', failed: 'failed', phone_lost: 'phone lost', done: 'played', closed: 'closed', cancelled: 'cancelled', transferred: 'transferred', rejoined: 'rejoined', intercepted: 'taken over', picked_up: 'picked up', forwarded: 'forwarded', unknown_number: 'no such number',
  },
  why: { fetch: 'fetched', park_back: 'rung back', longest_idle: 'idle longest', fewest_calls: 'fewest calls', round_robin: 'in turn', least_talk: 'least talk', level: 'best skill', area: 'area', ring_all: 'all rung', sticky: 'agent of last time', rejoined: 'rejoined', consult: 'consulted', transfer: 'transferred', intercept: 'took over', pickup: 'picked up', grab: 'taken from the queue', ring_back: 'rung back', invite: 'invited', trunk: 'next line', forward: 'forwarded' },
  kind: { person: 'Person', firm: 'Company' },
  lineState: { registered: 'Registered', reachable: 'Reachable', unregistered: 'Not registered', rejected: 'Rejected', unreachable: 'Not reachable', incoming: 'Calls in only', unknown: 'Checking' },
  strategy: { longest_idle: 'Idle longest', fewest_calls: 'Fewest calls', round_robin: 'In turn', least_talk: 'Least talk', level: 'Best skill', area: 'By area', ring_all: 'Ring all' },
  recordingState: { recording: 'recording', finished: 'whole', recovered: 'recovered', short: 'incomplete', missing: 'missing' },
} satisfies Same<typeof zh>

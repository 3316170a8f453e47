import type zh from '../zh/follow-up'
import type { Same } from '../same'

export default {
  followUp: {
    rules: 'Callback rules', tries_: 'Tries at most', intervalMin: 'Minutes between tries', lastsH: 'Kept for (hours)', openH: 'Call from (hour)', closeH: 'Call until (hour)',
    menu: 'Missed calls',
    note: 'Callers nobody served, messages and requested callbacks, one line a number; clears itself once you have talked', waiting: '{n} not claimed', overdue: 'A message has been unheard for over 10 minutes',
    tabAll: 'All', tabLost: 'Lost calls', tabMessage: 'Messages', tabCallback: 'Callbacks', tabRefused: 'Blocked', open: 'To do', mine: 'Mine', over: 'Done', number: 'Number (last 4 digits or more)', anyReason: 'Any reason', anyQueue: 'Any group',
    caller: 'Customer', last: 'Last call', what: 'What happened', times: '{n}×', first: 'first {time}', longest: 'Longest wait', queue: 'Group', state: 'Handling', ownBox: 'Box of {name}', unheard: '{n} unheard', messages: '{n} message(s)', callbacks: 'Callback requested',
    nobody: 'Not claimed', claimedBy: 'Claimed by {name}', youClaimed: 'Claimed by you', tries: '{n} unanswered call(s) back', lastTry: 'last {time} {outcome}', reachedBy: '{name} talked with the customer {time}', reached: 'Talked with the customer {time}',
    call: 'Call back', claim: 'Claim', release: 'Give back', assign: 'Assign', assignTo: 'Assign to', done: 'Done', reopen: 'Reopen', signIn: 'Sign in on a phone to call back', noNumber: 'The number was withheld', claimedHint: '{name} is working on it',
    empty: 'No lost calls or messages to handle', emptyText: 'Calls nobody answered appear here and clear themselves once you have talked.', emptyOver: 'Nothing has been handled yet', emptyRefused: 'The lists have blocked no calls yet',
    title: 'Follow-up', story: 'What happened', closeTitle: 'Result', remark: 'Remark', remarkHint: 'What did the customer need? What was done?', remarkNeeded: 'No call back is on record: please say what was done', submit: 'Finish', 
    waited: 'waited {time}', heardBy: 'Heard by {name} {time}', notHeard: 'Unheard', recordingLater: 'The message is being prepared',
  },
  followResult: { called_back: 'Called back', unreachable: 'Could not be reached', no_need: 'No call needed', wrong_number: 'Wrong number', handled_otherwise: 'Handled otherwise', invalid: 'Invalid (spam, misdial)', reached: 'Talked' },
  followKind: { lost: 'Lost call', message: 'Message', callback: 'Callback requested', try: 'Call back unanswered', reached: 'Talked' },
} as const satisfies Same<typeof zh>

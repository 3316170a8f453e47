import type zh from '../zh/follow-up'
import type { Same } from '../same'

export default {
  followUp: {
    rules: 'Callback rules', rulesHint: 'A caller who asked for a callback keeps the place in the queue. When an agent is free, the agent\'s phone rings first, then the customer is called.', lowMark: 'Low mark: up to', lowMarkHint: 'A survey mark up to this puts the customer on this list; a call back that reaches the customer takes the item off again. 0: never.', tries_: 'Call a customer at most (times)', intervalMin: 'Wait between two tries (minutes)', lastsH: 'Give up a request after (hours)', openH: 'Call customers from (o\'clock)', closeH: 'Call customers until (o\'clock)',
    menu: 'Missed calls',
    note: 'Callers nobody served, messages, callback requests and low marks, one line per number; clears itself once you have talked', waiting: '{n} not claimed', overdue: 'A message has been unheard for over 10 minutes',
    tabAll: 'All', tabLost: 'Lost calls', tabMessage: 'Messages', tabCallback: 'Callbacks', tabRefused: 'Blocked', open: 'To do', mine: 'Mine', over: 'Done', number: 'Number, last 4 digits', anyReason: 'Any reason', anyQueue: 'Any queue',
    caller: 'Customer', last: 'Last call', what: 'What happened', times: '{n}×', first: 'first {time}', longest: 'Longest wait', queue: 'Queue', state: 'Handling', ownBox: 'Box of {name}', unheard: '{n} unheard', messages: '{n} message(s)', callbacks: 'Callback requested',
    nobody: 'Not claimed', claimedBy: 'Claimed by {name}', youClaimed: 'Claimed by you', tries: '{n} unanswered call(s) back', lastTry: 'last {time} {outcome}', reachedBy: '{name} talked with the customer {time}', reached: 'Talked with the customer {time}',
    call: 'Call back', claim: 'Claim', release: 'Give back', assign: 'Assign', assignTo: 'Assign to', done: 'Done', reopen: 'Reopen', signIn: 'Sign in on a phone to call back', noNumber: 'The number was withheld', claimedHint: '{name} is working on it',
    empty: 'No lost calls or messages to handle', emptyText: 'Calls nobody answered appear here and clear themselves once you have talked.', emptyOver: 'Nothing has been handled yet', emptyOverText: 'What you finish here, or settle by a talk, can be looked up in this list.', emptyRefused: 'No blocked calls yet', emptyRefusedText: 'Calls refused by the black list appear here.',
    title: 'Follow-up', story: 'What happened', closeTitle: 'Result', remark: 'Remark', remarkHint: 'What did the customer need? What was done?', remarkNeeded: 'No call back is on record: please say what was done', submit: 'Finish', 
    waited: 'waited {time}', heardBy: 'Heard by {name} {time}', notHeard: 'Unheard', recordingLater: 'The message is being prepared',
  },
  followResult: { called_back: 'Called back', unreachable: 'Could not be reached', no_need: 'No call needed', wrong_number: 'Wrong number', handled_otherwise: 'Handled otherwise', invalid: 'Invalid (spam, misdial)', reached: 'Talked' },
  followKind: { lost: 'Lost call', message: 'Message', callback: 'Callback requested', low_mark: 'Low mark', try: 'Call back unanswered', reached: 'Talked' },
} as const satisfies Same<typeof zh>

export default {
  party: {
    transfer: 'Transfer', consulting: 'Consult', target: 'Name, extension or number', blind: 'Transfer', ask: 'Ask first', colleagues: 'Colleagues', queues: 'Queues', free: '{n} free',
    nobody: 'No colleague is signed in', nobodySo: 'No colleague "{text}" is signed in', complete: 'Complete', conference: 'Conference', conferenceShort: 'Confer', askedBy: '{name} asks you', back: 'Take back', rings: '{number} rings, the customer hears music', talks: 'Talking to {number}, the customer hears music',
    toggle: 'Swap', onMusic: 'With the customer, {number} hears music', inConference: '{n} in the conference', invite: 'Add', remove: 'Remove', removeTitle: 'Take {name} out of the conference', inviteTarget: 'Extension or outside number', isRinging: 'rings', meNow: 'me', customer: 'customer', menus: 'Menus',
  },
  lend: { lend: 'To menu and back', now: 'The customer is in the menu', hint: 'You hear nothing of what is keyed; the customer comes back to you when the menu ends. If you hang up, the customer stays in the menu.' },
  park: { park: 'Park', parkHint: 'Any phone can fetch the call', done: 'Parked in slot {slot}; dial *71{slot} on any phone to fetch it', parked: 'Parked calls', fetch: 'Fetch', title: 'Fetch the call in slot {slot}', by: 'parked by {name}' },
  pickup: { waiting: 'Waiting callers', ringing: 'Ringing elsewhere', takeTitle: 'Take {number}', take: 'Pick up', grab: 'Take', title: 'Pick up for {name}', grabTitle: 'Take who has waited longest' },
  watch: {
    title: 'Acts on {name}', listen: 'Listen', whisper: 'Whisper', barge: 'Barge in', intercept: 'Take over', cut: 'Cut the call', ready: 'Set ready', onBreak: 'Set on break', signOut: 'Sign out', leave: 'Leave the call', of: 'Call of {name}', now: 'going on',
    cutAsk: 'The call of {name} is cut at once; the customer is disconnected too.', signOutAsk: '{name} is signed out; in a call it takes effect after the call.', interceptAsk: 'You talk to the customer from then on, {name} leaves the call.', sure: 'Do it', needPhone: 'Sign in on a phone first, then you can listen.', done: 'Done',
    reason: 'Break reason', bySupervisor: 'By the supervisor', note: 'Why', noteHint: 'Kept in the audit log', afterCall: 'In a call it takes effect after the call.',
  },
} as const

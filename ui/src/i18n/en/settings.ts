export default {
  settings: {
    title: 'Company', note: 'Changes hold at once', company: 'Company', companyHint: 'Shown at the top of the page and in notices.', zoneHint: 'All times are shown in this zone; the day\'s figures begin anew at its midnight.', language: 'Language', languageHint: 'Of prompts to callers, and of new people.',
    breaks: 'Reasons for breaks', breaksText: 'Agents choose one when they take a break, in this order. Beyond its limit the board shows red; reasons out of use stay in the record.', nameZh: 'Chinese name', nameEn: 'English name', limit: 'Limit (minutes, 0 none)', addBreak: 'Another reason',
    parking: 'Parked calls', parkingText: 'An agent parks a call (from the page or with *70); any phone fetches it with *71 and the number of its slot.', slots: 'Slots', slotsHint: 'So many calls can be parked at once. Calls in slots above a lowered number stay until they are fetched.', parkBack: 'Ring back after (seconds)', parkBackHint: 'When nobody has fetched the call by then, whoever parked it is rung. Counts for calls parked from now on.',
    wrapUp: 'Wrap-up', wrapUpText: 'Time to write after a talk, before the next call rings. After calls in, each service group says how long.', afterOut: 'After outgoing calls (seconds)', afterOutHint: 'After answered calls that agents make to outside numbers; 0 means none. Calls between colleagues have none.', prolong: 'May be prolonged (times)', prolongHint: 'How often an agent may add a minute to one wrap-up (button or F7). 0 means never.',
  },
  urlPop: {
    title: 'URL pop', text: 'During a call agents open a page of another system (CRM, tickets), with what is known of the call.', address: 'Web address', addressHint: 'Click a name below to put its place holder in; the call\'s value takes its place. Agents who may not see numbers whole get them masked here too. Empty: no button.',
    holder: { number: 'Customer\'s number', call_id: 'Call ID', called: 'Number dialled', queue: 'Group\'s number', queue_name: 'Group\'s name', agent: 'Employee number', customer_id: 'Customer ID' },
    wrong: { too_long: 'Too long', malformed: 'No blanks, backslashes or invisible characters', address_scheme: 'Must begin with https:// or http://', address_host: 'After https:// stands the name of the server, without place holders and passwords', address_holder: 'There is no such place holder, or a bracket is missing' },
    nameZh: 'Button (Chinese)', nameEn: 'Button (English)', opens: 'Opens', when: { button: 'By the button', ring: 'When it rings', answer: 'When answered' }, opensHint: 'Always in one window: the next call\'s page replaces the last. The browser must allow pop-ups from this site; otherwise the button says so.',
    newTab: 'A new tab each time', newTabHint: 'Off: one window serves all calls.', try: 'Try it with sample values', sampleQueue: 'After-sales', blocked: 'The browser blocked the window. Allow pop-ups from this site and try again.',
  },
} as const

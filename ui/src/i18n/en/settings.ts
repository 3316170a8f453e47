export default {
  settings: {
    title: 'Company', note: 'Changes hold at once', company: 'Company', companyHint: 'Shown at the top of the page and in notices.', zoneHint: 'All times are shown in this zone; the day\'s figures begin anew at its midnight.', language: 'Language', languageHint: 'Of prompts to callers, and of new people.',
    breaks: 'Reasons for breaks', breaksText: 'Agents choose one when they take a break, in this order. Beyond its limit the board shows red; reasons out of use stay in the record.', nameZh: 'Chinese name', nameEn: 'English name', limit: 'Limit (minutes, 0 none)', addBreak: 'Another reason',
    parking: 'Parked calls', parkingText: 'An agent parks a call (from the page or with *70); any phone fetches it with *71 and the number of its slot.', slots: 'Slots', slotsHint: 'So many calls can be parked at once. Calls in slots above a lowered number stay until they are fetched.', parkBack: 'Ring back after (seconds)', parkBackHint: 'When nobody has fetched the call by then, whoever parked it is rung. Counts for calls parked from now on.',
    wrapUp: 'Wrap-up', wrapUpText: 'Time to write after a talk, before the next call rings. After calls in, each service group says how long.', afterOut: 'After outgoing calls (seconds)', afterOutHint: 'After answered calls that agents make to outside numbers; 0 means none. Calls between colleagues have none.', prolong: 'May be prolonged (times)', prolongHint: 'How often an agent may add a minute to one wrap-up (button or F7). 0 means never.',
  },
} as const

export default {
  device: {
    title: 'Phone settings', devices: 'Sound devices', phone: 'Answering and sign-in', keys: 'Keys and codes', microphone: 'Microphone', speaker: 'Speaker', ringer: 'Ring on', volume: 'Ring volume', system: 'System default', try: 'Try it',
    note: 'Only for this browser on this computer. The ring may come from a loudspeaker while you talk on the headset.', noOutput: 'This browser cannot choose where sound comes out; the system default is used.',
    autoAnswer: 'Auto-answer', autoAnswerText: 'A tone, then the caller is connected', pin: 'Phone PIN', pinText: 'Four to eight digits, to sign in on any desk phone by dialling *50.', pinNone: 'Not set', pinNew: 'Set; type a new one', pinSet: 'Phone PIN saved', pinGone: 'Phone PIN removed', pinRemove: 'Remove', pinRemoveText: 'Signing in by a phone\'s keys is then not possible until a new one is set.',
    hotKeys: 'Keyboard', codes: 'Feature codes', follows: '+ number', outside: 'Outside number', outsideText: 'Calls go to your mobile; press 1 to take them', outsideNumber: 'Mobile or landline number', outsideHint: 'This number is dialled for each call, and a call is connected only after key 1, so no voicemail takes it.', station: 'Sign in at another extension', stationHint: 'Empty: your own extension {extension}', atStation: 'at {station}', recent: 'Last numbers', noRecent: 'Nothing dialled yet',
  },
  hotKey: { F2: 'Answer / hang up', F4: 'Hold / resume', F6: 'Mute / unmute', F7: 'A minute more of wrap-up', F8: 'Transfer, consult, conference', F9: 'Ready / finish wrap-up' },
  featureCode: {
    sign_in: 'Sign in (employee number + phone PIN)', sign_out: 'Sign out', ready: 'Ready', break: 'Break; number of the reason may follow', state: 'Speak my state', redial: 'Redial', pick_up: 'Pick up for the group, or for an extension', grab: 'Take who has waited longest; his place or the last digits of his number choose another one', try_flow: 'Try the draft of a voice flow; its number follows (the flow\'s page shows it)', park: 'Park the call on hold; the slot is spoken', fetch: 'Fetch a parked call; the slot may follow', own_box: 'Hear my own voicemail (phone PIN, if set): 1 again, 2 next, 3 close, # finish', listen: 'Listen', whisper: 'Whisper', barge: 'Barge in',
  },
} as const

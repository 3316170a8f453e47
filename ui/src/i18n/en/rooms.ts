import type zh from '../zh/rooms'
import type { Same } from '../same'

export default {
  desk: {
    items: 'Calls on the desk', empty: 'When a call rings, you see here who it is', waiting: 'You are ready: calls come to you by themselves.', notReady: 'You are signed in but not ready. Calls come once you are ready.', notSignedIn: 'Click the state button at the top left, choose a phone and sign in.',
    putAway: 'Put {name} away', putAwayUnsaved: 'The note of this call is not in the record yet. It is lost when you put the call away.', keys: 'Keyed {keys}', several: 'This number belongs to {n} customers. Which one?', unknown: 'New number, no customer yet',
    createCustomer: 'Create customer', isThis: 'This one', chooseAgain: 'Choose again', openCustomer: 'Customer', recent: 'Last calls', noRecent: 'No earlier calls', today: 'Today', calls: 'Calls', talkTime: 'Talk time', average: 'Average',
    queue: 'Queue', waitingNow: 'Wait', longest: 'Max', readyNow: 'Ready', noQueues: 'You serve no queue yet. Ask your administrator.', ownCalls: 'My calls today', noCallsToday: 'No calls today yet', noCallsTodayText: 'Each call appears here when it ends.',
  },
  note: { title: 'Call note', hint: 'What did the customer want? What was done? Saved while you type.', auto: 'Saves by itself', saved: 'Saved {time}', saving: 'Saving', draft: 'Draft: recorded when the call ends' },
  category: {
    title: 'Call categories', one: 'Category', choose: 'What was the call about?', without: 'Without category', note: 'Agents choose one in the call note; calls are searched and exported by it', add: 'New category', edit: 'Edit category', addBelow: 'Add below', nameZh: 'Name in Chinese', nameEn: 'Name in English', parent: 'Parent category', top: 'Top level', parentHint: 'Three levels at most.',
    none: 'No categories yet', noneText: 'Begin with a few, such as question, booking, complaint, and divide them where it helps.', archive: 'Archive "{name}"?', archiveText: 'Agents can no longer choose it, nor what is below it. Calls that have it keep it and are still found by it.', taken: 'There is already one of this name here', up: 'Move {name} up', down: 'Move {name} down',
  },
  calls: {
    note: 'Inbound, outbound and missed', number: 'Number, last 4 digits', days: 'Days', agent: 'Agent', queue: 'Queue', direction: 'Direction', outcome: 'Outcome', missed: 'All missed', more: 'More', less: 'Less', minTalk: 'Min talk (s)', maxTalk: 'Max talk (s)',
    badRange: 'The shortest exceeds the longest', today: 'Today', week: 'Last 7 days', month: 'Last 30 days', startedAt: 'Started', endedAt: 'Ended', customer: 'Customer', wait: 'Wait', ring: 'Ring', talk: 'Talk', hold: 'Hold', noteColumn: 'Note', recording: 'Recording', play: 'Play', called: 'Number dialled',
    trunk: 'Trunk', menuPath: 'Menu path', endedBy: 'Ended by', empty: 'No calls match', emptyText: 'Try other days or another number, or reset the search.', total: '{n} in all', noRecording: 'This call has no recording', notTalked: 'Nobody talked, so there is no recording', ownTab: 'Open in a tab', course: 'Course of the call', why: ' (chosen: {why})',
  },
  player: { working: 'The recording is being finished, a moment', missing: 'The recording is missing', position: 'Position', agent: 'Agent', customer: 'Customer', play: 'Play', pause: 'Pause', speed: 'Speed', volume: 'Volume', failed: 'Cannot be played, try again' },
  board: {
    breakLong: 'Break too long', breakLongText: '{who} is longer on "{reason}" than allowed',
    note: 'Updates by itself', wall: 'Big screen', leaveWall: 'Leave big screen', waiting: 'Waiting', longest: 'Longest wait', answered: 'Answered / offered', abandoned: 'Abandoned today', serviceLevel: 'Service level', lines: 'Lines in use', agents: 'Agents', filter: 'Filter by state', callsToday: '{n} calls today',
    noAgents: 'No agents yet', noAgentsText: 'Add people and give them extensions: they appear here.', waitingCalls: 'Waiting callers', state: 'State', nobodyWaits: 'Nobody is waiting', readyOf: 'Ready / signed in', readyShort: 'Ready', waitingShort: 'Wait', longestShort: 'Max', answeredLong: 'Answered today', answeredShort: 'Ans.', abandonedShort: 'Abd.', serviceLevelShort: 'Level', overflowedShort: 'Out', overflowedLong: 'Callers whom the queue itself sent on today: closed, nobody there, full, waited too long, left by key', callbacksShort: 'Due', callbacksLong: 'Due call-backs: promised calls that are not kept yet', noQueues: 'No queues yet',
    trunk: 'Trunk', inUse: 'In use', peak: 'Peak', blocked: 'Blocked', noLines: 'No trunks yet', noLinesText: 'An administrator adds them under Trunks.',
  },
  customer: {
    name: 'Name', kind: 'Kind', level: 'Level', vip: 'VIP', phones: 'Phones', number: 'Number', phoneLabel: 'Label, e.g. mobile', addPhone: 'Add phone', vehicles: 'Vehicles', plate: 'Plate', model: 'Model', vin: 'VIN', mileage: 'Mileage (km)', purchased: 'Bought on', insured: 'Insured until',
    idNumber: 'ID number', firmId: 'Firm registration number', idHint: 'Kept encrypted and shown masked; each look at the whole number is logged.', addVehicle: 'Add vehicle', removeVehicle: 'Remove vehicle {plate}', note: 'Note', noVehicles: 'No vehicles', noPhones: 'No phones', created: 'Customer created', createdAt: 'Created', updatedAt: 'Updated', search: 'Name, pinyin, last 4 digits, plate, VIN', empty: 'No customers yet', emptyText: 'Create one here, or from the desk when a new number calls.',
    notFound: 'No customer found', notFoundText: 'Try the name, pinyin initials, the last four digits or the plate.', calls: 'Calls', noCalls: 'No calls yet', noCallsText: 'Calls with this customer appear here.', levelGold: 'Gold', levelSilver: 'Silver', levelNormal: 'Normal',
  },
  callers: {
    note: 'Who is turned away and who is served first; takes effect at once', add: 'Add to a list', edit: 'Edit entry', find: 'Number or reason', list: 'List', number: 'Number', prefix: 'All numbers that begin with these digits', reason: 'Reason', until: 'Valid until', forever: 'For ever', by: 'Added by', noMatch: 'No matching number', none: 'The lists are empty', noneText: 'Put nuisance callers on the black list and important customers on the VIP list.',
    remove: 'Remove from the list', removeText: 'The list no longer applies to {number}.',
  },
  pinCard: {
    title: 'Telephone PIN', has: 'Set', none: 'Not set', set: 'Set', renew: 'Change', digits: '4 to 12 digits', saved: 'Telephone PIN saved', locked: 'Too many wrong tries, locked until {until}', clear: 'Remove telephone PIN', clearText: 'The customer can then not be verified by the voice menu.',
  },
  goal: {
    kind: 'Kind of target',
    queue: 'Queue', flow: 'Voice flow', agent: 'One person', number: 'Outside number', voicemail: 'Voicemail', callback: 'Call back', hang_up: 'Say and hang up', chooseQueue: 'Choose a queue', chooseFlow: 'Choose a flow', chooseAgent: 'Choose a person', chooseBox: 'Choose a box', typeNumber: 'Mobile or landline number', unpublished: 'not published', gone: 'gone', prompt: 'Last words, may be empty',
  },
  admin: {
    restComes: 'These are not all rows yet; the rest is being loaded', number: 'Employee no.', name: 'Name', personName: 'Name', role: 'Role', extension: 'Extension', department: 'Department', status: 'Status', language: 'Language', archived: 'Archived', showArchived: 'Show archived', firstPassword: 'First password', newPerson: 'New person', editPerson: 'Edit person', noMatch: 'Nobody matches', noPeople: 'No people yet',
    noPeopleText: 'Add agents and supervisors, then give them extensions.', noExtension: 'None', extensionHint: 'Without an extension nobody can take or make calls.', passwordHint: 'A first password is made when you save, and shown once.', newPassword: 'New password', newPasswordText: 'All log-ins of {name} end at once; the new password is needed from then on.', passwordTitle: 'First password',
    shownOnce: 'Shown this once only. Write it down or copy it now.', noted: 'I have it', extensionsNote: 'Accounts of desk phones and softphones', newExtension: 'New extension', editExtension: 'Edit extension', noExtensions: 'No extensions yet', noExtensionsText: 'Add extensions, then give them to agents.', usedBy: 'Used by', nobody: 'Nobody', newSecret: 'New SIP secret', newSecretText: 'A phone that has the old secret of extension {number} is out until it is set up anew.',
    dialledHint: 'The whole number as customers dial it, digits only.', secretHint: 'A SIP secret is made when you save, and shown once.', sipTitle: 'Phone settings', sipServer: 'SIP server', sipUser: 'SIP user', sipSecret: 'SIP secret', queuesNote: 'Calls are distributed to agents by queue', newQueue: 'New queue', editQueue: 'Edit queue', noQueues: 'No queues yet', noQueuesText: 'Create a queue, add agents, then lead a number to it.', queueNumber: 'Number', strategy: 'Strategy', 
    members: 'Members', inSeconds: '{name} (s)', ringS: 'Ring time', wrapUpS: 'Wrap-up', serviceLevelS: 'Service level', addMember: 'Add members', allMembers: 'No more agents to add', level: 'Level', levelHint: 'Level 1 serves first.', noMembers: 'No members yet: nobody can take the calls.', numbersNote: 'What customers dial and where it leads', newNumber: 'New number', editNumber: 'Edit number', noNumbers: 'No numbers yet',
    noNumbersText: 'Add a number that your carrier gave you and say which flow or queue it leads to.', dialled: 'Number', leadsTo: 'Leads to', anyTrunk: 'Any trunk', deleteNumber: 'Remove number', deleteNumberText: 'Calls to {number} are refused from then on. The records stay.', trunksNote: 'Outside lines: connections to carriers and voice gateways',
    newTrunk: 'New trunk', editTrunk: 'Edit trunk', noTrunks: 'No trunks yet', noTrunksText: 'Enter the address of your carrier or gateway to connect outside lines.', host: 'Carrier address', hostHint: 'e.g. sip.example.com:5060', match: 'Accept from', matchHint: 'IP or network, Enter adds', register: 'Register there', registerHint: 'When the carrier gave you a user and a password', keepsSecret: 'Empty: stays as it is', capacity: 'Lines', newRange: 'Many extensions at once', rangeFirst: 'First number', rangeCount: 'How many', rangeHint: 'One number after the other, up to 200 at once.', rangeIs: 'Makes {first} to {last}', download: 'Download as a table', hostWhy: 'The address of the carrier or the voice gateway. Empty: calls in only.', matchWhy: 'Only calls from these addresses are accepted, so that strangers cannot pretend to be the carrier.', capacityWhy: 'How many calls at once; your contract says.',
  },
} satisfies Same<typeof zh>

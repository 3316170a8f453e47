import type zh from '../zh/office'
import type { Same } from '../same'

export default {
  trunk: {
    numbering: 'How numbers are written', areaCode: 'Our area code', areaCodeHint: 'Of the city where the line ends, such as 010. Tells local, long-distance and mobile numbers of other cities apart.', shownNumber: 'Number shown', firstNumber: 'the first number', shownNumberHint: 'What customers see on their phones. It must be one that the carrier gave you.',
    calledAs: 'Called numbers', calledAsHint: 'How the carrier wants the customer’s number.', shownAs: 'Our number', shownAsHint: 'How the carrier wants our own number.', mobileZero: '0 before mobile numbers', mobileZeroHint: 'Some lines want a 0 before mobile numbers of other cities.',
    prefix: 'Sent first', prefixHint: 'Put before every number, such as 9 for an outside line.', stripReceived: 'Taken off calls in', stripReceivedHint: 'Digits that the carrier sends before your own number.', local: 'Local numbers', localShort: 'send without area code',
    sipCode: 'the carrier answered SIP {code}', 
  },
  numberStyle: { national: 'National 01062345678', e164: 'International +861062345678', bare: 'Without plus 861062345678' },
  mobileZero: { never: 'Never', outside: 'For other cities', always: 'Always' },
  numberClass: { emergency: 'Emergency', local: 'Local', mobile: 'Mobile', long_distance: 'Long distance', service: 'Service numbers', free: '400 / 800', international: 'International', premium: 'Premium lines', other: 'Other' },
  lineStateHint: { unregistered: 'trying to register', unreachable: 'no answer: check address and network', incoming: 'no address given: takes calls only', unknown: 'being checked' },
  sipReason: {
    401: 'user name or password is wrong', 403: 'refused: account not allowed, or wrong password', 404: 'the carrier does not know this account', 407: 'user name or password is wrong', 408: 'the carrier did not answer in time', 423: 'the carrier wants longer intervals', 480: 'not available just now', 500: 'fault at the carrier', 502: 'gateway fault at the carrier', 503: 'service not available at the carrier', 504: 'the carrier timed out',
    no_response: 'no answer: check address, port and firewall',
  },
  route: {
    note: 'Which line a call out takes; when one fails the next is used by itself', add: 'New route', edit: 'Edit route', none: 'No routes yet', noneText: 'Without routes every call out takes the trunks in the order of their names.', which: 'For numbers', every: 'Every number', order: 'Order of lines', classes: 'Kinds of numbers', classesHint: 'None chosen means every kind.', prefix: 'Beginning with',
    prefixHint: 'Only numbers that begin so, such as 0757. The longest beginning goes first.', trunks: 'Lines', chooseTrunks: 'Choose trunks', trunksHint: 'The first one (usually the cheapest) is tried first. When it is full or out of order the next is used; never because somebody is busy or does not answer.', earlier: 'Earlier', later: 'Later', position: 'Order', positionHint: 'Smaller numbers are looked at first.', remove: 'Remove route', removeText: 'Without "{name}" these numbers take the other routes.',
  },
  calling: {
    note: 'Who may call what: against fraud and high bills', add: 'New rule', edit: 'Edit rule', today: 'Outside calls today: {minutes} min, ¥{yuan}', who: 'Who', may: 'May call', limits: 'Daily limits', usedToday: 'Used today', used: '{minutes} min / ¥{yuan}', minutes: '{n} min', yuan: '¥{n}', atOnce: '{n} at once', comma: ', ', asWider: 'As the wider rule', nothing: 'No outside calls',
    choose: 'Own choice', chooseWho: 'Choose a role, person or group', roles: 'Roles', mayHint: 'Extensions and emergency numbers (110, 119, 120, 122) can always be called.', minutesADay: 'Minutes a day', yuanADay: 'Yuan a day', callsAtOnce: 'Calls at once', limitsHint: '0: as the wider rule. Once used up there are no more outside calls that day; a call in progress ends when the limit is reached.', atNight: 'May call during restricted hours too', shown: 'Number shown', shownDefault: 'as the group or the line says',
    shownHint: 'What customers see. The person’s goes first, then the group’s, the role’s, the line’s.', remove: 'Remove rule', removeText: '"{name}" will follow the wider rule.', guard: 'Guard of the whole site', guardHint: 'One night of stolen calls can cost a fortune. Calls beyond these limits are refused and written into the audit log.', siteLimitsHint: 'All together; 0 means no limit.', night: 'Restricted hours', nightHint: 'In these hours only the kinds chosen below can be called.', nightOff: 'Same start and end: no restricted hours.', nightClasses: 'Still allowed then',
    forbidden: 'Never called', forbiddenPlace: 'such as 00960, Enter to add', forbiddenHint: 'Nobody can call numbers that begin so.', tariffs: 'Prices (yuan a minute)', tariffPrefix: 'Beginning with', tariffPrice: 'Price a minute', addTariff: 'Add a price', tariffsHint: 'For the limits on money; a begun minute counts whole. The longest beginning decides.',
  },
  callingSubject: { 'role:*': 'Everybody', phone: 'Phones that are nobody’s' },
  office: {
    note: 'Numbers of colleagues and phones, and what they are doing', find: 'Name, extension, department', none: 'No extensions yet', noneText: 'They appear here once the administrator has added them.', noMatch: 'No such extension', nobodys: 'Shared phone', myPhone: 'My phone {extension}', phoneOf: 'Phone {extension}', setUp: 'Set up', number: 'Number', forwarded: 'Forwarded', dnd: 'Do not disturb', dndHint: 'Calls to this extension do not ring: they go where "when busy" says, else the caller hears the busy tone. Calls from queues are not affected.',
    toNowhere: 'Not forwarded', toExtension: 'To an extension', toNumber: 'To an outside number', toQueue: 'To a service group', after: 'After', forward_always: 'Always', forward_busy: 'When busy', forward_no_answer: 'When nobody answers', forward_unreachable: 'When the phone is off', forward_always_hint: 'All calls to this extension go on at once; the phone does not ring.', forward_busy_hint: 'While talking, when rejected, or with do not disturb.', forward_no_answer_hint: 'When it has rung so long without an answer.', forward_unreachable_hint: 'When the phone is switched off or has no network.',
  },
  room: {
    note: 'Dial the number, key the PIN, and talk together', add: 'New room', edit: 'Edit room', none: 'No conference rooms yet', noneText: 'Make a room and tell its number and PIN to those who shall come.', number: 'Number', numberHint: 'Dialled on a phone to enter the room.', pin: 'PIN', withModerator: 'PIN, waits for moderator', withPin: 'PIN', open: 'No PIN', inside: 'In the room', nobody: 'Nobody', moderator: 'Moderator', waits: 'Waits for the moderator',
    kick: 'Remove', pinHint: '4 to 12 digits. Without one, everybody who knows the number comes in.', moderatorPin: 'Moderator PIN', moderatorHint: 'When set, the others hear music until the moderator has come in with this PIN.', capacity: 'Most people', tones: 'Play a tone when somebody comes or leaves', remove: 'Remove room', removeText: 'Nobody can dial into "{name}" any more. A conference that is going on is not touched.',
  },
  phoneState: { free: 'Available', busy: 'In a call', offline: 'Off' },
} satisfies Same<typeof zh>

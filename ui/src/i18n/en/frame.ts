import type zh from '../zh/frame'
import type { Same } from '../same'

export default {
  app: { name: 'Yingda', notFound: 'No such page', notFoundText: 'The address may be misspelt, or the page has moved.', toStart: 'Back to the start' },
  word: {
    bracketed: '{text} ({note})', labelled: '{name}: {text}',
    undo: 'Undo', undone: 'Taken back', removed: 'Removed: {name}', archivedName: 'Archived: {name}', restoredName: 'Restored: {name}', archive: 'Archive', restore: 'Restore', cancel: 'Cancel', save: 'Save', close: 'Close', edit: 'Edit', remove: 'Remove', search: 'Search', reset: 'Reset', more: 'Load more', copy: 'Copy',
    copied: 'Copied', tryAgain: 'Try again', notLoaded: 'Could not be loaded', withheld: 'Number withheld', stop: '. ', none: 'None', saved: 'Saved',
    actions: 'Actions', active: 'Active', inactive: 'Inactive', from: 'From', to: 'To', unsaved: 'Unsaved changes', discard: 'Discard changes',
    discardText: 'This page holds changes that are not saved. They are lost when you leave.', refresh: 'Refresh', moreActs: 'More', seconds: 's', open: 'Open', chooseRow: 'Choose this row', choosePage: 'Choose all on this page',
  },
  menu: {
    title: 'Main menu', work: 'Work', organisation: 'Organisation', service: 'Service', outgoing: 'Lines', desk: 'Agent desktop', board: 'Live board', calls: 'Calls', call: 'Call', customers: 'Customers',
    customer: 'Customer', newCustomer: 'New customer', people: 'People', departments: 'Departments', roles: 'Roles & rights', extensions: 'Extensions', queues: 'Queues', numbers: 'Numbers', trunks: 'Trunks', prompts: 'Prompts', callers: 'Callers\' lists',
    guide: 'Set-up guide', flows: 'Voice flows', flow: 'Voice flow',
    routes: 'Routes out', calling: 'Calling rules', directory: 'Directory', rooms: 'Conferences', hours: 'Working hours',
    fold: 'Fold menu', unfold: 'Unfold menu',
  },
  tabs: { title: 'Open pages', close: 'Close {name}' },
  bar: {
    buttons: 'Call buttons', answer: 'Answer', hangUp: 'Hang up', reject: 'Reject', hold: 'Hold', resume: 'Resume', mute: 'Mute', unmute: 'Unmute', muted: 'Muted', keypad: 'Keypad',
    dial: 'Call a number', dialWrong: 'Only digits, * and #', call: 'Call', callNumber: 'Call {number}', sentDigits: 'Digits sent', pressDigits: 'Click or type',
    goReady: 'Ready', finishWrapUp: 'Finish', prolong: '+60 s', prolongBy: 'A minute more to write', prolongLeft: 'A minute more to write ({n} left)', left: 'Time left', then: '→ {state}', afterCall: 'Takes effect after this call', notWorking: 'Click to sign in', noCall: 'No call', signInFirst: 'Sign in to take and make calls',
    waiting: 'Waiting', talking: 'Talking', readyAgents: 'Ready', switchDown: 'The switch is down', recording: 'Recording', ringTitle: 'Call from {number}', signOutWork: 'Sign out', minutes: 'up to {n} min',
  },
  phone: {
    title: 'Which phone do you use today?', web: 'This computer', webText: 'Headset and browser', desk: 'Desk phone', deskText: 'SIP phone, extension {extension}', start: 'Sign in', takeOver: 'Use the phone here',
    test: 'Test microphone', speak: 'Speak now', level: 'Microphone level', comingBack: 'The phone lost its connection and is coming back. A running call goes on. ',
  },
  fault: {
    insecure: 'The browser gives no microphone at this address', refused: 'The microphone was refused', missing: 'No microphone found', busy: 'Another program holds the microphone', elsewhere: 'The phone is in use in another window', server: 'The phone could not reach the server',
  },
  cure: {
    insecure: 'Open the page over https, or with localhost on the server itself; or use the desk phone.', refused: 'Click the icon left of the address, allow the microphone, then try again.',
    missing: 'Plug in a headset, check that the system sees it, then try again.', busy: 'Close the meeting or recording program that uses it, then try again.',
    elsewhere: 'An agent can talk in one window only. If you use it here, the phone in the other window is cut off.', server: 'Wait a moment and try again. If it stays, ask the administrator to check the switch.',
  },
  link: {
    ok: 'Connected', lost: 'Connection lost, reconnecting', engine: 'The call engine is coming back', lostLong: 'Connection to the server lost, reconnecting. Running calls go on; what you see may be out of date.',
    engineLong: 'The call engine is coming back. Running calls go on; the buttons work again in a moment.',
  },
  user: {
    menu: 'User menu', otherLanguage: '切换到中文', password: 'Change password', leave: 'Log out', leaveInCall: 'You are in a call. Logging out signs you out and ends the call on this computer.', currentPassword: 'Current password',
    newPassword: 'New password', newAgain: 'Password again', notSame: 'The two passwords differ', mustChange: 'This password was set by an administrator. Please choose your own first.', passwordChanged: 'Password changed',
  },
  login: {
    title: 'Log in', number: 'Employee number', password: 'Password', submit: 'Log in', numberMissing: 'Enter your employee number', passwordMissing: 'Enter your password', capsLock: 'Caps lock is on', again: 'Your session has ended, please log in again', or: 'or', by: 'Log in with {name}',
    help: 'Password forgotten or account locked? Ask your administrator.', claim: 'Every call gets an answer.', claimText: 'Calls, recordings, customers and the live board on one page, and every call on record.',
  },
  setup: {
    title: 'First set-up', intro: 'Creates the company and you as its first administrator. A guide then leads you through people, telephone line and menu to the first call.', company: 'Company', zone: 'Time zone', adminNumber: 'Administrator number', adminName: 'Administrator name',
    submit: 'Create and enter', done: 'The company is set up already', toLogin: 'Go to log-in', badLink: 'This set-up link is not valid any more', badLinkText: 'Use the newest link that the program printed when it started.',
  },
  problem: { unreachable: 'The server cannot be reached. Check the network and try again.', server: 'Server error ({status}). Please try again in a moment.' },
  field: { required: 'Required' },
} satisfies Same<typeof zh>

export default {
  guide: {
    title: 'Set-up guide', note: 'From an empty system to the first answered call in about fifteen minutes. Everything is kept: you can go on another day.', isDone: 'done', finish: 'Finish and open the board', later: 'Put the guide away', saveNext: 'Save and go on', next: 'Next', skip: 'Skip', there: 'Already there',
    step: { departments: 'Departments', people: 'People and extensions', line: 'Telephone line', hotline: 'Number and menu', test: 'Test call' },
    about: { departments: 'Which departments there are', people: 'Numbers, extensions and passwords', line: 'Connect a carrier or a gateway', hotline: 'What customers dial and what they hear', test: 'Take a real call and check its recording' },
    departments: { text: 'Departments sort people and figures. They can be changed later.', usual: 'Usual ones:', name: 'Department', add: 'Another department' },
    usualKind: { dealer: 'Car dealer', shop: 'Retailer', office: 'Any company' },
    usualNames: { dealer: 'Customer service/Sales/Workshop/Parts', shop: 'Customer service/Shops/Logistics', office: 'Customer service/Sales/Administration' },
    people: {
      text: 'Each person gets an extension with the same number and a first password, to be changed at the first log-in. Many people are quicker from Excel.', number: 'Number', name: 'Name', role: 'Role', password: 'First password', secret: 'Phone password (SIP)', yours: 'unchanged', once: 'Passwords are shown this once. Print them or write them down. Calls in the browser need no phone password.',
      print: 'Print', add: 'Another person', import: 'Import from Excel', me: 'I take calls myself (extension {number} for me)', save: 'Add these people',
    },
    line: {
      text: 'Choose what is closest to your line and fill in what the carrier gave you. It is tested as soon as it is saved; the result and its reason appear within seconds.', save: 'Save and test', none: 'No line yet, go on', more: 'Addresses of incoming calls and number formats (usually left alone)', user: 'The user name, authentication account or telephone number on the carrier\'s sheet.',
      kind: { ims: 'Carrier\'s SIP line (IMS)', cloud: 'Internet telephony provider', peer: 'Carrier\'s leased line (by IP)', digital: 'Digital gateway', analogue: 'Analogue gateway' },
      about: { ims: 'Fixed line of Telecom, Unicom or Mobile that registers with user name and password', cloud: 'SIP line over the internet that registers with user name and password', peer: 'Both sides know each other\'s address, no account', digital: 'An E1/PRI line at a gateway: Synway, Dinstar, NewRock, Grandstream and others', analogue: 'Plain telephone lines at a gateway: Dinstar, NewRock, Yeastar, Grandstream and others' },
      host: { register: 'Address of the registrar; write address:port when the port is not 5060.', peer: 'Address of the other device; write address:port when the port is not 5060. Enter this machine\'s address there as the SIP peer.' },
    },
    hotline: {
      text: 'The number that customers dial, the menu that they hear, who answers, and the opening hours. All of it can be changed on its own page later.', number: 'Number that customers dial', numberHint: 'As the line sends it; with area code for fixed lines.', trunk: 'Comes in by', anyTrunk: 'Any line', heard: 'Callers hear', menu: 'A greeting, then a choice by key', single: 'A greeting, then an agent',
      otherNames: 'The supplied announcement still says "sales" and "after-sales service". After this step record your own under Prompts → Supplied (the menu announcement) → Replace.',
      menuHint: 'Callers hear: "For sales, press one. For after-sales service, press two." Your own recording can replace it under Prompts.', singleHint: 'After the greeting callers wait for an agent.', group: 'Queue', members: 'Who answers', nobody: 'Choose people', sales: 'Sales', service: 'After-sales service', oneName: 'Customer service', always: 'Open day and night', holidays: 'Follow the official public holidays and make-up days', closed: 'Outside these hours callers hear so and can leave a message.', make: 'Make the hotline',
    },
    test: {
      closed: 'It is outside the opening hours now: the caller hears so and can leave a message, and your phone does not ring. To try all of it at this hour, lengthen today\'s hours for a moment.',
      text: 'Press "Test call" and the system dials your hotline as a customer would. First sign in above with "This computer" and go ready; when it rings, answer, say a few words, and hang up.', noExtension: 'You have no extension yet. Go back to "People and extensions" and tick "I take calls myself".', noNumber: 'There is no number to dial yet. Finish the step before.', key: 'Key after the menu', noKey: 'none', start: 'Test call', end: 'Let the caller hang up', open: 'Open this call',
      state: { calling: 'Dialling', connected: 'Connected', ended: 'Ended', failed: 'Did not get through' },
      mark: { signedIn: 'You are signed in and ready', greeting: 'The caller heard the greeting', rang: 'Your phone rang', talked: 'You answered', heardYou: 'The caller heard your voice', recorded: 'The recording is there' },
      hint: { signedIn: 'Sign in with "This computer" at the top, then go ready', greeting: 'Within seconds of the call', rang: 'After the key; who has been idle longest is rung first', talked: 'Press "Answer"', heardYou: 'Say a few words after answering', recorded: 'Within seconds of the hang-up' },
    },
  },
  testCause: {
    no_switch: 'the switch does not answer, see the system state', no_answer: 'not answered', normal: 'hung up normally', cancelled: 'cancelled', busy: 'busy', unavailable: 'not available', not_found: 'no such number', rejected: 'refused', forbidden: 'refused', congestion: 'lines congested', no_reply: 'no reply', failed: 'failed',
  },
} as const

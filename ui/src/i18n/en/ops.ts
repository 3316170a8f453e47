import type zh from '../zh/ops'
import type { Same } from '../same'

export default {
  ops: { group: 'Operation', audit: 'Audit log', alarms: 'Alarms', notices: 'Notices', channels: 'Channels' },
  bell: { title: 'Alarms and notices', alarms: 'Alarms', notices: 'Notices', none: 'No new alarms or notices', allAlarms: 'All alarms', allNotices: 'All notices', readAll: 'Mark all as read', gotIt: 'Got it', from: 'from {name}' },
  alarm: {
    note: 'Refused acts, odd log-ins, faults of lines and system', living: 'Not closed', all: 'All', closed: 'Closed', severity: 'Severity', what: 'What', count: 'Times', last: 'Last', first: 'First', state: 'Status', empty: 'No alarms', emptyText: 'All is well, nothing needs attention.', acknowledge: 'Acknowledge', close: 'Close', acknowledgeTitle: 'Acknowledge the alarm', closeTitle: 'Close the alarm',
    acknowledgeText: 'Somebody looks after it: it is not told again.', closeText: 'It is settled. The same happening again is a new alarm.', noteLabel: 'What was done', by: 'By', rules: 'Alarm rules', rulesNote: 'So many times within the window raise the alarm; then it is silent for a while', kind: 'Kind', threshold: 'Times', window: 'Window (s)', silence: 'Silence (s)', on: 'On', itself: 'recovered',
  },
  alarmSeverity: { info: 'Note', warning: 'Warning', critical: 'Critical' },
  alarmState: { open: 'Open', acknowledged: 'Looked after', closed: 'Closed' },
  alarmKind: {
    not_allowed: 'Act without the right', login_wrong: 'Wrong passwords in a row', login_locked: 'Account locked', key_wrong: 'Invalid API key', numbers_tried: 'Masked numbers guessed', numbers_revealed: 'Many masked numbers shown', caller_blocked: 'Blocked caller', sip_unknown: 'Unknown SIP registration', sip_secret_wrong: 'Wrong SIP secret', handset_wrong: 'Telephone settings refused', toll_refused: 'Toll guard', disk_low: 'Disk space low', part_restarted: 'Part restarted', trunk_down: 'Trunk down', certificate_ends: 'Certificate ends soon', outbox_stuck: 'Messages stuck', backup_old: 'No backup for long', break_long: 'Break too long', backup_failed: 'Backup failed',
  },
  notice: {
    note: 'Tell colleagues, and see who has read it', inbox: 'Received', sent: 'Sent', write: 'Write a notice', broadcast: 'Broadcast', title: 'Title', body: 'Text', manner: 'Manner', popup: 'Pop-up', popupHint: 'Pops up on the readers\' screens until they click "Got it".', quiet: 'Quiet', quietHint: 'Goes to the inbox; the bell shows the count.', audience: 'To', chooseIds: 'Choose', due: 'When', dueHint: 'Choose day and time', now: 'At once', later: 'At a time', channels: 'Also through', send: 'Send', done: 'Sent to {n} people', planned: 'Planned, sent when it is due',
    emptyInbox: 'No notices', emptyInboxText: 'Notices from supervisors and administrators appear here.', emptySent: 'No notices sent yet', emptySentText: 'Write one to people, queues, departments or all.', readOf: 'Read by', read: 'Read', unread: 'Unread', at: 'Time', author: 'From', withdraw: 'Withdraw', withdrawText: 'The notice disappears from everybody\'s inbox.', withdrawn: 'Withdrawn', waits: 'Planned', readers: 'Who has read it', notGiven: 'Not sent yet', unreached: '{n} of them have no e-mail address or mobile number for it', channelsHint: 'E-mail and SMS go to each reader\'s own address or mobile number; robots post to their group.', toMyself: 'Myself',
  },
  reminder: { add: 'Remind me', mine: 'My reminders', own: 'Your own reminder', what: 'Of what', done: 'You are reminded at {at}', inMinutes: 'In {n} min', tomorrow: 'Tomorrow 9:00', none: 'Nothing to be reminded of', noneText: 'Click "Remind me"; it pops up at its time.' },
  noticeAudience: { all: 'Everybody', agents: 'All agents', people: 'People', queues: 'Queues', departments: 'Departments and below' },
  channel: {
    receiver: 'To',
    note: 'Ways by which alarms and notices reach mailboxes, phones and group chats', add: 'New channel', edit: 'Edit channel', name: 'Name', kind: 'Kind', alarmsFrom: 'Alarms', alarmsNone: 'No alarms', alarmsInfo: 'All alarms', alarmsWarning: 'Warnings and above', alarmsCritical: 'Critical only', active: 'Active', none: 'No channels yet', noneText: 'Add e-mail, SMS, a WeCom or DingTalk robot, so that alarms reach you.', test: 'Send a test', testOk: 'The test message was sent', testFailed: 'Not sent: {reason}', keep: 'Is set; empty keeps it', remove: 'Delete channel', removeText: 'Messages that wait for "{name}" are given up.',
    outbox: 'Sent messages', message: 'Message', state: 'Status', error: 'Reason', again: 'Send again', emptyOutbox: 'Nothing was sent yet',
  },
  channelChoice: { tls: 'TLS (usual, port 465)', starttls: 'STARTTLS (port 587)', none: 'None (port 25, not safe)' },
  channelKind: { mail: 'E-mail (SMTP)', sms: 'SMS (HTTP)', wecom: 'WeCom group robot', dingtalk: 'DingTalk group robot' },
  channelField: {
    host: 'Server', port: 'Port', security: 'Encryption', username: 'User name', password: 'Password', sender: 'Sender', to: 'Receivers (comma-separated)', url: 'Address', mention: 'Mobile numbers to mention (comma-separated, {\'@\'}all)', secret: 'Secret', method: 'Method', content_type: 'Content type', body: 'Body template', headers: 'Headers (one a line)', success: 'Success when the answer holds',
  },
  channelHint: {
    wecom_url: 'The robot\'s webhook address with its key.', dingtalk_url: 'The robot\'s webhook address with its access_token.', dingtalk_secret: 'The SEC… secret when the robot demands a signature.', sms_url: '{to} {text} {secret} are filled in.', sms_body: '{to} {title} {text} {secret} are filled in.', sms_to: 'Mobile numbers that get the SMS.', mail_to: 'e.g. ops{\'@\'}example.com',
  },
  outboxState: { waiting: 'Waiting', sent: 'Sent', failed: 'Given up' },
  audit: {
    between: '; ', yes: 'yes', no: 'no',
    note: 'Who did what, when and from where; entries are chained, so tampering shows', who: 'Who', anyone: 'Anybody', action: 'Act', anyAction: 'Any act', object: 'Object', anyObject: 'Any object', id: 'Object id', since: 'From', until: 'To', at: 'Time', from: 'From address',
    change: 'Change', system: 'System', empty: 'No entries match', emptyText: 'Widen the time or the conditions.', exportXlsx: 'Export Excel', exportCsv: 'Export CSV', before: 'Before', after: 'After', field: 'Field', none: '(empty)', headTitle: 'Head of the chain', headText: 'Keep it elsewhere now and then. ./yingda audit verify --head HEAD then finds entries cut off at the end.', detail: 'Entry {n}',
    nothing: 'This act changed no data',
  },
  auditObject: {
    person: 'Person', queue: 'Queue', number: 'Number', trunk: 'Trunk', extension: 'Extension', customer: 'Customer', call: 'Call', recording: 'Recording', setting: 'Setting', department: 'Department', caller: 'Callers\' list', login: 'Log-in', flow: 'Voice flow', break_reason: 'Break reason', call_category: 'Call category', extension_group: 'Extension group', audit: 'Audit log',
    alarm: 'Alarm', alarm_rule: 'Alarm rule', notice: 'Notice', channel: 'Channel', backup: 'Backup', certificate: 'Certificate', api_key: 'API key', session: 'Session', second_factor: 'Second factor', role: 'Role', log: 'System log', bundle: 'Support bundle',
    calendar: 'Holiday calendar', calling_rule: 'Calling rule', data: 'Data', factor: 'Second factor', follow_up: 'Follow-up', handset: 'Telephone', hours: 'Working hours', login_policy: 'Log-in policy', music: 'Music', outside_login: 'Single sign-on', prompt: 'Prompt', room: 'Conference room', route: 'Outgoing route', supervise: 'Supervisor', support: 'Support', id_number: 'ID number',
  },
  auditVerb: {
    create: 'created', update: 'changed', delete: 'deleted', save: 'saved', login: 'logged in', wrong: 'wrong password', locked: 'locked', inactive: 'account inactive', password: 'password changed', secret: 'secret reset', language: 'language', export: 'exported', note: 'note written', draft: 'draft saved', publish: 'published', play: 'played', download: 'downloaded', listen: 'listened', whisper: 'whispered', barge: 'barged in', intercept: 'intercepted', reveal: 'number revealed', archive: 'archived', restore: 'restored', move: 'moved',
    acknowledge: 'acknowledged', close: 'closed', remind: 'reminder to oneself', send: 'sent', withdraw: 'withdrawn', test: 'tested', revoke: 'revoked', enable: 'enabled', disable: 'disabled', reset: 'reset', upload: 'uploaded', view: 'viewed',
    logout: 'logged out', make: 'made', take: 'taken away', clear: 'cleared', official: 'official holidays loaded', set: 'set', refused: 'refused', put: 'set up', file: 'settings made', taken: 'settings fetched', remove: 'removed', add: 'added', features: 'features set', off: 'switched off', on: 'switched on', rename: 'renamed', unarchive: 'restored', member: 'members changed', record: 'recorded', auto_answer: 'auto-answer', exceptions: 'exceptions', import: 'imported', photo: 'photo',
    password_wrong: 'wrong old password', phone_pin: 'phone PIN', reset_link: 'reset link made', directory_away: 'directory gave no answer', factor_wrong: 'wrong code', newcomer: 'made at the first log-in', nobody: 'nobody here', unlock: 'unlocked', end: 'ended', vouched_no_more: 'logged out: disabled elsewhere', bundle: 'bundle taken', watch: 'came to a call', watch_end: 'left a call', force_hang_up: 'forced hang-up', force_state: 'forced state', claim: 'claimed', assign: 'assigned', release: 'given back', reopen: 'reopened', hear: 'message heard',
    id_number: 'ID number changed', pin_set: 'service PIN set', pin_clear: 'service PIN cleared', pin_locked: 'service PIN locked',
  },
} as const satisfies Same<typeof zh>

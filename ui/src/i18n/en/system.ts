export default {
  system: {
    title: 'System', note: 'Updated every 10 seconds', logs: 'Logs', support: 'Support bundle', versions: 'Versions', product: 'Yingda', database: 'Database', schema: 'Schema', uptime: 'Running for', days: '{days} d {hours} h', hours: '{hours} h {minutes} min', disk: 'Disk', free: 'Free', recordings: 'Recordings', databaseSize: 'Database', logSize: 'Logs',
    daysLeft: 'Room for', unknown: 'no recordings to tell by yet', years: 'more than ten years', forDays: '{n} days', certificate: 'HTTPS certificate', replace: 'Replace certificate', subject: 'Name', selfSigned: 'self-signed', names: 'Stands for', ends: 'Ends', noCertificate: 'Used on this machine only, without HTTPS. For microphones on other machines start with --host.', backup: 'Backup', lastBackup: 'Last backup', never: 'never',
    backupText: 'Run this on the server, from a timer if you like; ./yingda restore brings it back.', replaceText: 'Paste or choose certificate and key as PEM. Once checked they hold for new connections within seconds; calls go on.', chooseFile: 'Choose a file', chain: 'The server’s certificate first, then the chain.', key: 'Private key', replaced: 'Certificate replaced', tooLarge: 'Too large for a certificate',
    logsNote: 'Newest first; numbers and secrets are hidden', part: 'Part', allParts: 'All parts', level: 'Level', callId: 'Call id', find: 'Contains', noLines: 'No lines fit', noLinesText: 'Try another level, or fewer conditions.', follow: 'Only this call ({call})',
  },
  systemPart: { switch: 'Switch', engine: 'Call engine', database: 'Database', disk: 'Disk', worker: 'Record writer' },
  systemState: { ok: 'Well', degraded: 'Attention', down: 'Down' },
  systemCure: { switch: 'New calls cannot come in; the switch is restarted by itself. If this lasts for more than a minute, see the logs.', engine: 'Calls go on; the engine is back within seconds.', database: 'Calls go on, records are written later. Check the database server and the disk.', disk: 'Remove old recordings or add space, or new recordings will be lost.', worker: 'Calls go on, records are written later. If this lasts for more than a minute, see the logs.' },
  logLevel: { debug: 'debug', info: 'info', warning: 'warning', error: 'error', critical: 'critical' },
} as const

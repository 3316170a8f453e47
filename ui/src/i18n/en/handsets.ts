export default {
  handset: {
    title: 'Telephone of extension {number}', column: 'Telephone', set: 'Telephone', note: 'The phone downloads its account and password from a one-time address; nothing is typed by hand. Softphones scan a code.', make: 'Make', desk: 'Desk phones', soft: 'Softphones on mobiles', mac: 'MAC address', macHint: 'Printed on the label underneath the phone, 12 letters and digits.',
    open: 'Make an address', openCode: 'Make a QR code', once: 'The address is shown only once and is valid for 7 days; it ends 10 minutes after the phone has used it.', codeOnce: 'The code is shown only once. It holds the login: do not pass it on.', qr: 'QR code for the softphone', restart: 'Save and restart the phone. It downloads {file} and registers.',
    trust: 'If the server uses a self-signed certificate, switch "only accept trusted certificates" off on the phone, or import the file below at the phone\'s own page.', file: 'Download the file', alone: 'The server listens on this machine only, so phones cannot reach this address. Start it with ./yingda up --host and make a new one, or load the file at the phone.', remove: 'Remove telephone', removeText: 'The address ends at once. What the phone has downloaded still works until the extension\'s SIP secret is renewed.',
    again: 'Let the phone at this extension fetch the new secret', taken: 'Downloaded {at} by {from}', openUntil: 'Valid until {at}', lateText: 'The address has expired; make a new one',
  },
  handsetMake: { yealink: 'Yealink', fanvil: 'Fanvil', grandstream: 'Grandstream', linphone: 'Linphone', wave: 'Grandstream Wave' },
  handsetState: { taken: 'Downloaded', open: 'Waiting', late: 'Expired' },
  handsetStep: {
    yealink: 'Open the phone\'s web page, go to "Settings → Auto Provision", enter the address above as "Server URL" and press "Auto Provision Now".', fanvil: 'Open the phone\'s web page, go to "System → Auto Provision → Static Provisioning Server", enter the address above, protocol HTTPS, update mode "Update after reboot".', grandstream: 'Open the phone\'s web page, go to "Maintenance → Upgrade and Provisioning", choose HTTPS and enter what follows https:// as "Config Server Path".',
    linphone: 'In Linphone\'s assistant choose "Scan QR code" and point the camera at the code.', wave: 'In Wave choose "Settings → Account → Add → UCM account (scan)" and point the camera at the code.',
  },
} as const

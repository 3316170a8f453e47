import type zh from '../zh/outside'
import type { Same } from '../same'

export default {
  outside: {
    title: 'Single sign-on', oidc: 'Single sign-on (OpenID Connect)', oidcText: 'A button on the log-in page: people use their company account (Keycloak, Authing, Microsoft Entra and others) and need no password of their own here.', issuer: 'Issuer', issuerHint: 'The issuer address that the provider gives; all other addresses are read from there.',
    label: 'Name on the button', labelHint: 'The log-in page says "Log in with …".', labelExample: 'for example Company account', clientId: 'Client ID', clientSecret: 'Client secret', claim: 'Claim that tells the person', claimHint: 'A field of the provider\'s answer, for example preferred_username or email.', finds: 'Compared with the person\'s', byNumber: 'Number', byEmail: 'E-mail',
    pageUrl: 'Address of this system', pageUrlHint: 'What people open in the browser. Register this redirect address with the provider:', scopes: 'Scopes', scopesHint: 'Most providers give refresh tokens, by which they are asked again for who is logged in, only with offline_access.', ca: 'Certificate authority (optional)', caHint: 'When the other side has a certificate of the company\'s own authority, paste that authority\'s PEM certificate.', try: 'Test',
    ldap: 'LDAP / AD directory', ldapText: 'People go on typing number and password; the company\'s directory says whether the password is right.', host: 'Server', port: 'Port', security: 'Encryption', plain: 'None', plainText: 'Without encryption passwords cross the network readable. Only where the network can be trusted.',
    bindDn: 'Account that searches (DN)', bindDnHint: 'Needs to read only. Empty where the directory lets anybody search.', bindSecret: 'Its password', base: 'Where people are (base DN)', attribute: 'Attribute with the number', attributeHint: 'Usually uid with OpenLDAP, sAMAccountName or employeeNumber with Active Directory.', filter: 'Filter (optional)', filterHint: 'Only people that it lets through can log in.',
    newcomers: 'Add people at their first log-in', newcomersText: 'Whoever the company account vouches for and who is not here yet is added and logged in. Employee number, name and e-mail come from the company account; extension and queues are still given here.', newcomersRole: 'Role of new people', newcomersDepartment: 'Department of new people', recheck: 'Check who is logged in, every', minutes: 'minutes', recheckHint: 'Directory and single sign-on are asked again: accounts that were disabled or removed are logged out (with single sign-on, after the talk they are in). 0: never. Nobody is logged out while the other side cannot be reached.',
    sampleNumber: 'Try a number (optional)', samplePassword: 'and its password (optional)', own: 'Passwords kept here', ownAll: 'For everybody', ownAdmins: 'For administrators only', ownHint: 'Administrators can always log in by their own password: the way in when the company\'s log-in service is down.',
  },
  refused: {
    provider_off: 'Single sign-on is switched off. Log in with number and password.', provider_failed: 'The company\'s single sign-on is not available. Try again later, or log in with number and password.', provider_again: 'That took too long, or the page was old. Please log in again.', provider_denied: 'The single sign-on was not completed.', nobody_here: 'Nobody here matches your company account. Ask your administrator.', person_inactive: 'Your account is switched off. Ask your administrator.',
  },
  loginWay: { ldap: 'LDAP', oidc: 'Single sign-on' },
  password: { length: 'At least {n} characters', kinds: 'At least {n} of capitals, small letters, digits, symbols', guess: 'No common password, keyboard row or own number', met: 'met' },
} satisfies Same<typeof zh>

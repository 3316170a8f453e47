export default {
  settings: {
    title: 'Company and breaks', note: 'Changes hold at once', company: 'Company', companyHint: 'Shown at the top of the page and in notices.', zoneHint: 'All times are shown in this zone; the day’s figures begin anew at its midnight.', language: 'Language', languageHint: 'Of prompts to callers, and of new people.',
    breaks: 'Reasons for breaks', breaksText: 'Agents choose one when they take a break, in this order. Beyond its limit the board shows red; reasons out of use stay in the record.', nameZh: 'Chinese name', nameEn: 'English name', limit: 'Limit (minutes, 0 none)', addBreak: 'Another reason',
  },
} as const

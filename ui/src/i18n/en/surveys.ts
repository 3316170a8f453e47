export default {
  surveys: {
    title: 'Survey', note: 'What callers answered by key or through a link after their calls', byLink: 'by link', links: 'Links by SMS', linksHint: 'Customers who hang up before they are asked get a link to the survey. Each queue says whether it sends one.', linkChannel: 'SMS channel', linkNone: 'None are sent', linkPage: 'Address of the page', linkPageHint: 'What customers\' telephones can open, e.g. https://call.example.cn', asked: 'Asked', answered: 'Answered', share: 'Answered', mean: 'Mean', spread: 'Spread', figures: 'Figures', answers: 'Answers', low: 'Only {n} and below', mark: 'Mark', question: 'Question', noAnswer: 'none', nobody: 'nobody',
    none: 'No answers in these days', noneText: 'Choose a survey flow in a queue: callers hear it when the agent hangs up.',
  },
  surveysBy: { agent: 'Agent', queue: 'Queue', day: 'Day', question: 'Question' },
} as const

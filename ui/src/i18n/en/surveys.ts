export default {
  surveys: {
    title: 'Survey', note: 'What callers answered by key after their calls', asked: 'Asked', answered: 'Answered', share: 'Answered', mean: 'Mean', spread: 'Spread', figures: 'Figures', answers: 'Answers', low: 'Only {n} and below', mark: 'Mark', question: 'Question', noAnswer: 'none', nobody: 'nobody',
    none: 'No answers in these days', noneText: 'Choose a survey flow in a queue: callers hear it when the agent hangs up.',
  },
  surveysBy: { agent: 'Agent', queue: 'Queue', day: 'Day', question: 'Question' },
} as const

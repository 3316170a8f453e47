import acd from './acd'
import flow from './flow'
import followUp from './follow-up'
import frame from './frame'
import office from './office'
import ops from './ops'
import org from './org'
import parties from './parties'
import phones from './phones'
import prompts from './prompts'
import rooms from './rooms'
import words from './words'

export default { ...acd, ...flow, ...frame, ...office, ...parties, ...phones, ...prompts, ...rooms, ...words, ...ops, ...org, ...followUp } as const

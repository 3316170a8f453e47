import type { TrunkOut } from '@/api'

/** The line by which the guide's test caller comes in: this machine's own, nobody chooses it. */
const TEST_LINE = 'trunk-test-call'
export const isOwn = (trunk: TrunkOut): boolean => trunk.endpoint !== TEST_LINE
/** Lines that may be chosen: those in use, and what is chosen already. */
export const choosable = (trunks: TrunkOut[], chosen: readonly (string | null)[]): TrunkOut[] => trunks.filter((one) => (one.active && isOwn(one)) || chosen.includes(one.id))

// The kinds of numbers that rules and routes speak of, in the order in which people expect them.
export const CLASSES = ['local', 'mobile', 'long_distance', 'service', 'free', 'international', 'premium', 'other'] as const
export type NumberClass = (typeof CLASSES)[number]

/** "HH:mm" ↔ minutes after midnight. */
export const clockOf = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
export const minuteOf = (clock: string | null): number => (clock ? Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5)) : 0)

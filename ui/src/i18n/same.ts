/** The same keys, any sentences. */
export type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> }

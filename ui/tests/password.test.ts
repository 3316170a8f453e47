import { describe, expect, it } from 'vitest'
import { judged } from '@/kit/password'

const failing = (password: string, kinds = 1, number = ''): string[] => judged(password, { shortest: 8, kinds }, number).filter((one) => !one.met).map((one) => one.rule)

describe('password', () => {
  it('asks for length, kinds and no guess, as the server does', () => {
    expect(failing('Neu-und-Gut-2026', 4)).toEqual([])
    expect(failing('kurz-7')).toEqual(['length'])
    expect(failing('nur kleine buchstaben', 3)).toEqual(['kinds'])
    expect(failing('')).toEqual(['length', 'guess'])
    for (const guess of ['password12', 'aaaabbbb', '12345678x', 'lkjhgfdsa', 'Yingda2026']) expect(failing(guess)).toEqual(['guess'])
    expect(failing('ab100112x', 1, '1001')).toEqual(['guess'])
    expect(failing('真的很好记的密码')).toEqual([])
  })
})

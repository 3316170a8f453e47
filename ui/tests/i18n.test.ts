import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { i18n } from '@/i18n'
import en from '@/i18n/en'
import zh from '@/i18n/zh'

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, at = ''): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[at + key, value]] : Object.entries(flat(value, `${at}${key}.`)))))
}

const zhFlat = flat(zh as unknown as Tree)
const enFlat = flat(en as unknown as Tree)
const places = (text: string) => [...text.replace(/\{'[^']*'\}/g, '').matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join()

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(vue|ts)$/.test(entry.name) && !entry.parentPath.includes('i18n') && !entry.parentPath.includes('client'))
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('the two languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(enFlat).sort()).toEqual(Object.keys(zhFlat).sort())
  })

  it('have the same places to fill, and no empty sentence', () => {
    for (const [key, text] of Object.entries(zhFlat)) {
      expect(places(enFlat[key] ?? ''), key).toBe(places(text))
      expect(text.trim(), key).not.toBe('')
      expect((enFlat[key] ?? '').trim(), key).not.toBe('')
    }
  })

  it('no sentence holds a bar: it would be read as singular | plural, and a part of it be lost', () => {
    for (const [key, text] of [...Object.entries(zhFlat), ...Object.entries(enFlat)]) expect(text.replace(/\{'[^']*'\}/g, ''), key).not.toContain('|')
  })

  it('Chinese stands in the catalogue alone, not in the sources', () => {
    // Names of languages in their own script, plate colours and numbers are data; the two files below hold a language's own name.
    const allowed = [/中文/, /'中'/, /[，、（）]/g]
    for (const file of sources('src')) {
      let code = readFileSync(file, 'utf8')
      for (const pattern of allowed) code = code.replace(new RegExp(pattern, 'g'), '')
      expect(code.match(/[\u4e00-\u9fff]+/)?.[0], file).toBeUndefined()
    }
  })

  it('every sentence can be said: signs such as @ mean something to the translator', () => {
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
    for (const language of ['zh', 'en'] as const) {
      i18n.global.locale.value = language
      for (const key of Object.keys(zhFlat)) i18n.global.t(key, {})
    }
    expect(complaint.mock.calls).toEqual([])
    complaint.mockRestore()
  })

  it('every sentence is used', () => {
    const all = sources('src').map((file) => readFileSync(file, 'utf8')).join('\n')
    const groups = new Set([...all.matchAll(/(?:tCode\(|group: )'([\w.]+)'/g)].map((match) => `${match[1]}.`))
    const made = [...all.matchAll(/`(\w+\.\w*)\$\{/g)].map((match) => String(match[1])) // a key made of a code: `goal.${kind}`
    const unused = Object.keys(zhFlat).filter((key) => ![...groups].some((group) => key.startsWith(group)) && !all.includes(`'${key}'`)
      && !made.some((start) => key.startsWith(start)))
    expect(unused).toEqual([])
  })
})

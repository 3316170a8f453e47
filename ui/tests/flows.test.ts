import { describe, expect, it } from 'vitest'
import { compare, cut, emptyDoc, exitsOf, freeKey, newNode, paste, readDoc, setExit, without, type FlowDoc } from '@/rooms/flows/doc'
import { arranged, freePlace, heightOf, WIDTH } from '@/rooms/flows/layout'
import { KINDS } from '@/rooms/flows/kinds'
import { FIELDS } from '@/rooms/flows/fields'
import { readFlowFile } from '@/rooms/flows/files'
import { template, TEMPLATES } from '@/rooms/flows/templates'

function sample(): FlowDoc {
  return template('day_night', (key) => key, ['801', '802'])
}

describe('a flow', () => {
  it('has every exit of a menu in the order of a telephone', () => {
    const menu = { ...newNode('menu', 'm', 0, 0), keys: { '#': 'a', '0': 'b', '2': 'c', '1': '' } }
    expect(exitsOf(menu).map((exit) => exit.field)).toEqual(['keys.1', 'keys.2', 'keys.0', 'keys.#', 'failed', 'timed_out'])
    expect(freeKey(menu)).toBe('3')
    expect(setExit(menu, 'keys.3', 'd').keys).toMatchObject({ 3: 'd', 2: 'c' })
  })

  it('leads a rule elsewhere and leaves the others', () => {
    const node = sample().nodes.hours!
    expect(exitsOf(setExit(node, 'rules.0.next', 'closed')).map((exit) => exit.to)).toEqual(['closed', 'closed'])
  })

  it('forgets what led to a removed node', () => {
    const doc = without(sample(), ['menu', 'hours'])
    expect(doc.start).toBe('')
    expect(doc.nodes.welcome!.next).toBe('')
    expect(Object.values(doc.nodes).flatMap(exitsOf).some((exit) => exit.to === 'menu')).toBe(false)
  })

  it('is copied under new keys, with the lines inside the copy', () => {
    const doc = sample()
    const made = paste(doc, cut(doc, ['welcome', 'menu']))
    expect(made.keys).toEqual(['play1', 'menu1'])
    expect(made.doc.nodes.play1!.next).toBe('menu1')
    expect(exitsOf(made.doc.nodes.menu1!).every((exit) => exit.to === '')).toBe(true)
    expect(doc.nodes.menu1).toBeUndefined()
  })

  it('is compared by content, not by place', () => {
    const before = sample()
    const after = { ...before, nodes: { ...before.nodes, menu: { ...before.nodes.menu!, x: 999, retries: 3 }, welcome: { ...before.nodes.welcome!, x: 5 } } }
    expect(compare(before, after)).toEqual([{ key: 'menu', change: 'changed' }])
    expect(compare(emptyDoc(), before)).toHaveLength(Object.keys(before.nodes).length)
    expect(compare(before, readDoc(JSON.parse(JSON.stringify(before))))).toEqual([])
  })
})

describe('the drawing', () => {
  it.each(TEMPLATES)('puts no node of the template %s upon another, and lines go to the right', (name) => {
    const doc = template(name, (key) => key, ['801'])
    const nodes = Object.values(doc.nodes)
    for (const [n, one] of nodes.entries()) {
      for (const other of nodes.slice(n + 1)) {
        const apart = Math.abs(one.x - other.x) >= WIDTH || (one.y < other.y ? one.y + heightOf(one) <= other.y : other.y + heightOf(other) <= one.y)
        expect(apart).toBe(true)
      }
      for (const exit of exitsOf(one)) if (exit.to) expect(doc.nodes[exit.to]!.x).toBeGreaterThan(one.x)
    }
  })

  it('arranges loops and orphans without end', () => {
    const doc: FlowDoc = { start: 'a', error: '', nodes: { a: { ...newNode('play', '', 0, 0), next: 'b' }, b: { ...newNode('play', '', 0, 0), next: 'a' }, c: newNode('hang_up', '', 0, 0) } }
    const made = arranged(doc)
    expect(made.nodes.b!.x).toBeGreaterThan(made.nodes.a!.x)
    expect(freePlace(made, made.nodes.a!.x, made.nodes.a!.y).y).toBeGreaterThan(made.nodes.a!.y)
  })

  it('knows a form and a look for every kind', () => {
    expect(Object.keys(FIELDS).sort()).toEqual(Object.keys(KINDS).sort())
  })
})

describe('a flow from a file', () => {
  const read = (content: unknown, name = 'Night.flow.json') => readFlowFile(new File([typeof content === 'string' ? content : JSON.stringify(content)], name))

  it('is taken only when it is one of ours, and always has a name that fits', async () => {
    for (const wrong of ['', '{', 'null', '[]', '{"a":1}', { yingda_flow: 1, name: 'x', document: null }, { yingda_flow: 1, document: {} }]) expect(await read(wrong)).toBeUndefined()
    expect(await read({ yingda_flow: 1, name: ' ', document: { nodes: {} } })).toEqual({ yingda_flow: 1, name: 'Night', document: { nodes: {} } })
    expect((await read({ yingda_flow: 1, name: 'L'.repeat(5_000), document: {} }))?.name).toHaveLength(60)
  })
})

// Writes down what the bundle is made of: name, version, licence and its text of each package that a module came from.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

export interface Licence { name: string; version: string; licence: string; url: string; text: string }

interface About { name?: string; version?: string; license?: string | { type?: string }; licenses?: { type?: string }[]; homepage?: string; repository?: string | { url?: string } }

/** The folder of the package that a module lies in; none: it is ours, or made by the build. */
export function packageOf(module: string): string | undefined {
  const path = module.replace(/\0/g, '').replace(/\?.*$/, '').replace(/\\/g, '/')
  if (!path.includes('/node_modules/')) return undefined
  for (let folder = dirname(path); /\/node_modules\/./.test(folder); folder = dirname(folder)) {
    // folders within a package have a package.json too, which only says how to read the modules
    if (/\/node_modules\/(@[^/]+\/)?[^/@]+$/.test(folder) && existsSync(join(folder, 'package.json'))) return folder
  }
  return undefined
}

export function licenceOf(folder: string): Licence {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as About
  const said = typeof about.license === 'string' ? about.license : (about.license?.type ?? about.licenses?.map((one) => one.type ?? '').join(' OR ') ?? '')
  const source = typeof about.repository === 'string' ? about.repository : (about.repository?.url ?? '')
  const url = about.homepage ?? source.replace(/^git\+/, '').replace(/^git:/, 'https:').replace(/\.git$/, '')
  const texts = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort()
  return { name: about.name ?? '', version: about.version ?? '', licence: said, url: /^https?:\/\//.test(url) ? url : '', text: texts.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n') }
}

export function licences(): Plugin {
  return {
    name: 'yingda-licences',
    apply: 'build',
    generateBundle(_, bundle) {
      const folders = new Set<string>()
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk') continue
        for (const module of file.moduleIds) {
          const folder = packageOf(module)
          if (folder) folders.add(folder)
        }
      }
      const found = [...folders].map(licenceOf).sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'))
      this.emitFile({ type: 'asset', fileName: 'licences.json', source: JSON.stringify(found) })
    },
  }
}

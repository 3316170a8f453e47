// Flows as files: out by download, in by choosing one.
import { exportFlow as ask, type FlowFile } from '@/api'
import { sayProblem } from '@/app/say'

const LONGEST_NAME = 60

export async function exportFlow(id: string, name: string): Promise<void> {
  try {
    const file = await ask({ path: { flow_id: id } })
    const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }))
    Object.assign(document.createElement('a'), { href: url, download: `${name.replace(/[\\/:*?"<>|]+/g, '-')}.flow.json` }).click()
    window.setTimeout(() => URL.revokeObjectURL(url), 1_000)
  } catch (problem) {
    sayProblem(problem)
  }
}

/** The file's content, or undefined when it is none of ours. */
export async function readFlowFile(file: File): Promise<FlowFile | undefined> {
  try {
    const found = JSON.parse(await file.text()) as FlowFile
    if (found.yingda_flow !== 1 || typeof found.name !== 'string' || typeof found.document !== 'object' || !found.document) return undefined
    const name = found.name.trim() || file.name.replace(/(\.flow)?\.json$/i, '')
    return { yingda_flow: 1, name: name.slice(0, LONGEST_NAME), document: found.document }
  } catch {
    return undefined
  }
}

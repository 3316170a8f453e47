// Which microphone, speaker and ringer this browser uses. Chosen once, kept on this machine, found again by the device's id.
import { openMicrophone } from './microphone'

export type DeviceUse = 'microphone' | 'speaker' | 'ringer'

const KEYS: Record<DeviceUse, string> = { microphone: 'yingda.microphone', speaker: 'yingda.speaker', ringer: 'yingda.ringer' }
const VOLUME = 'yingda.ringVolume'

export interface Device { id: string; name: string }

export function chosen(use: DeviceUse): string {
  return localStorage.getItem(KEYS[use]) ?? ''
}

/** "" is the system's own choice. */
export function choose(use: DeviceUse, id: string): void {
  if (id) localStorage.setItem(KEYS[use], id)
  else localStorage.removeItem(KEYS[use])
}

/** 0…1. */
export function ringVolume(): number {
  const kept = Number(localStorage.getItem(VOLUME) ?? '0.8')
  return Number.isFinite(kept) ? Math.min(1, Math.max(0, kept)) : 0.8
}

export function setRingVolume(volume: number): void {
  localStorage.setItem(VOLUME, String(volume))
}

/** Not every browser lets a page choose where sound comes out. */
export function canChooseOutput(): boolean {
  return 'setSinkId' in HTMLMediaElement.prototype
}

/** Names are told only once the microphone has been allowed: ask for it first, or they are all empty. */
export async function listDevices(): Promise<{ inputs: Device[]; outputs: Device[] }> {
  const found = await navigator.mediaDevices.enumerateDevices()
  // "default" and "communications" stand for one of the others: the empty choice says the same.
  const of = (kind: MediaDeviceKind) => found
    .filter((one) => one.kind === kind && one.deviceId && one.deviceId !== 'default' && one.deviceId !== 'communications')
    .map((one) => ({ id: one.deviceId, name: one.label }))
  return { inputs: of('audioinput'), outputs: of('audiooutput') }
}

/** Let the sound of this element come out where the use wants it; a device that is gone leaves it where it was. */
export async function route(element: HTMLMediaElement, use: 'speaker' | 'ringer'): Promise<void> {
  if (!canChooseOutput()) return
  await element.setSinkId(chosen(use)).catch(() => element.setSinkId('').catch(() => { /* the system's own */ }))
}

/** The chosen microphone; the system's own when it has been unplugged. */
export async function openChosen(): Promise<MediaStream> {
  const id = chosen('microphone')
  if (!id) return openMicrophone()
  try {
    return await openMicrophone(id)
  } catch (error) {
    if (error instanceof Error && error.message === 'missing') return openMicrophone()
    throw error
  }
}

// The waveform as the server made it: per channel min, max, min, max, … as signed numbers of `bits` bits.
export interface PeaksFile { version: number; rate: number; bits: number; channels: number[][] }

/** One loudness 0…1 per point and voice: [agent, customer]. Speech over the telephone is quiet, so it is raised by a root. */
export function loudness(file: PeaksFile): [number[], number[]] {
  const full = 2 ** (file.bits - 1)
  const voice = (points: number[] = []) => {
    const out: number[] = []
    for (let n = 0; n + 1 < points.length; n += 2) {
      const peak = Math.max(Math.abs(points[n] ?? 0), Math.abs(points[n + 1] ?? 0)) / full
      out.push(Math.min(1, peak ** 0.6))
    }
    return out
  }
  return [voice(file.channels[0]), voice(file.channels[1])]
}

// The microphone: opened once after log-in, so that the first answer does not wait for it.
export type MicrophoneFault = 'insecure' | 'refused' | 'missing' | 'busy'

export class MicrophoneError extends Error {
  constructor(readonly fault: MicrophoneFault) {
    super(fault)
  }
}

const WANTED: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }

/** Throws MicrophoneError: the browser grants no microphone to a plain http page of another machine, or the user refused it. */
export async function openMicrophone(deviceId = ''): Promise<MediaStream> {
  if (!window.isSecureContext || !navigator.mediaDevices) throw new MicrophoneError('insecure')
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: deviceId ? { ...WANTED, deviceId: { exact: deviceId } } : WANTED, video: false })
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    if (name === 'NotAllowedError' || name === 'SecurityError') throw new MicrophoneError('refused')
    if (name === 'NotFoundError' || name === 'OverconstrainedError') throw new MicrophoneError('missing')
    throw new MicrophoneError('busy')
  }
}

/** Calls `onLevel` with 0…1 about twenty times a second until the returned function is called. */
export function watchLevel(stream: MediaStream, onLevel: (level: number) => void): () => void {
  const context = new AudioContext()
  void context.resume()
  const analyser = context.createAnalyser()
  analyser.fftSize = 512
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = window.setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length
    // -60 dB … 0 dB onto 0 … 1: what people expect of a level meter.
    onLevel(Math.min(1, Math.max(0, 1 + (10 * Math.log10(power + 1e-9)) / 60)))
  }, 50)
  return () => {
    window.clearInterval(timer)
    void context.close()
  }
}

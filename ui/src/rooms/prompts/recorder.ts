// The microphone into a file, with its level while it runs.
import { ref } from 'vue'
import { MicrophoneError, openMicrophone, watchLevel, type MicrophoneFault } from '@/softphone/microphone'

const LONGEST_MS = 300_000

export function useRecorder() {
  const on = ref(false)
  const level = ref(0)
  const since = ref(0)
  const fault = ref<MicrophoneFault | ''>('')
  let recorder: MediaRecorder | undefined
  let end = () => {}

  /** Resolves with what was said once `stop` is called (or after five minutes); undefined: no microphone, or cancelled. */
  async function record(): Promise<Blob | undefined> {
    fault.value = ''
    let stream: MediaStream
    try {
      stream = await openMicrophone()
    } catch (error) {
      fault.value = error instanceof MicrophoneError ? error.fault : 'busy'
      return undefined
    }
    const stopWatching = watchLevel(stream, (now) => { level.value = now })
    const pieces: Blob[] = []
    recorder = new MediaRecorder(stream)
    const own = recorder
    const timer = window.setTimeout(() => stop(), LONGEST_MS)
    end = () => {
      window.clearTimeout(timer)
      stopWatching()
      stream.getTracks().forEach((track) => track.stop())
      on.value = false
      level.value = 0
      end = () => {}
    }
    own.ondataavailable = (event) => pieces.push(event.data)
    own.start(250)
    on.value = true
    since.value = Date.now()
    return new Promise((resolve) => {
      own.onstop = () => {
        const kept = recorder === own
        end()
        resolve(kept && pieces.length ? new Blob(pieces, { type: own.mimeType }) : undefined)
      }
    })
  }

  function stop(): void {
    if (recorder?.state === 'recording') recorder.stop()
  }

  function cancel(): void {
    const old = recorder
    recorder = undefined
    if (old?.state === 'recording') old.stop()
    end()
  }

  return { on, level, since, fault, record, stop, cancel }
}

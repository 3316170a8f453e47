import type zh from '../zh/prompts'
import type { Same } from '../same'

export default {
  prompts: {
    title: 'Prompts', note: 'What callers hear: recordings and music. Changes take effect at once', own: 'Own prompts', shipped: 'Supplied', music: 'Music on hold', find: 'Name or text', add: 'New prompt', none: 'No prompts of your own yet', noneText: 'Upload a file, record with your microphone, or have a text spoken; then choose it in a voice flow.', noMatch: 'No prompt matches', showArchived: 'Show archived',
    name: 'Name', sounds: 'Listen', text: 'Text', origin: 'Origin', usedBy: 'Used by', unused: 'Not used', status: 'Status', replaced: 'Replaced', archived: 'Archived', archive: 'Archive', unarchive: 'Use again', replace: 'Replace', replaceShipped: 'Replace', versions: 'Versions', backToShipped: 'Back to the supplied one', backToShippedText: 'Your own recording is deleted; callers hear the supplied “{text}” again.',
    remove: 'Delete prompt', removeText: 'All versions of “{name}” are deleted for good.', newTitle: 'New prompt', takeTitle: 'New recording: {name}', language: 'Language', textHint: 'What is said, so that it can be found; may stay empty', textSpoken: 'Text to be spoken', version: 'Version {n}', current: 'In use', use: 'Use this one', usedNow: 'Version {n} is in use now', by: '{name} {time}', level: 'Level {db} dB', at: 'Recorded',
    howUpload: 'Upload', howRecord: 'Microphone', howSpeak: 'From text', dropHere: 'Drop an audio file here, or click to choose', dropText: 'WAV, MP3, M4A, OGG, FLAC, AMR and others, up to 5 minutes. Loudness is brought to one level.', working: 'Working…', startRecord: 'Record', stopRecord: 'Stop', recording: 'Recording', recordText: 'Put on your headset, click “Record” and speak. Silence before and after is cut off.', again: 'Record again', other: 'Another file',
    speaker: 'Speaker', female: 'female', male: 'male', speed: 'Speed', speak: 'Speak', speaking: 'Being spoken, takes about {n} s', speakAgain: 'Speak again', noVoice: 'No voice is installed yet', noVoiceText: 'Run this command on the server (about 250 MB; it works on your own machine, no text is sent out). Then refresh.', noVoiceLanguage: 'The installed voice does not speak this language', listen: 'Listen before you save', needSound: 'Record or choose a sound first', play: 'Play', pause: 'Pause', position: 'Position', playFailed: 'Cannot be played, try again',
    newMusic: 'New music', musicName: 'Name', musicNone: 'Only the supplied music', musicNoneText: 'Create music and upload tracks, then choose it in a queue. Make sure that you may play these tracks in public.', defaultMusic: 'Supplied music', tracks: 'Tracks', addTrack: 'Add track', noTracks: 'No tracks yet: it can be chosen once there is one', removeTrack: 'Remove track', removeMusic: 'Delete music', removeMusicText: '“{name}” and its {n} tracks are deleted.', rename: 'Rename',
  },
  takeOrigin: { upload: 'Upload', browser: 'Microphone', phone: 'Phone', tts: 'From text', shipped: 'Supplied', own: 'Own' },
  promptLanguage: { zh: 'Chinese', en: 'English' },
  useKind: { flow: 'Flow', queue: 'Queue', number: 'Number' },
} satisfies Same<typeof zh>

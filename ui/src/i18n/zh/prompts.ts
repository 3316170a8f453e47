export default {
  prompts: {
    title: '提示音', note: '来电者听到的录音和等待音乐，修改后立即生效', own: '自有提示音', shipped: '系统自带', music: '等待音乐', find: '名称或文字', add: '新建提示音', none: '还没有自己的提示音', noneText: '上传录音文件、用麦克风录制，或输入文字合成；保存后即可在语音流程中选用。', noMatch: '没有符合的提示音', 
    howPhone: '话机录音', ringMe: '呼叫我的话机', phoneText: '系统会呼叫您的分机。请先暂停接听客户来电（示忙），接起后在提示音后讲话，按 # 结束；再按 1 试听、2 保存、3 重录。', phoneRings: '请接听话机，在提示音后讲话，按 # 结束，按 2 保存。保存后录音会显示在这里。',
    name: '名称', sounds: '试听', text: '文字', origin: '来源', usedBy: '使用处', unused: '未使用', status: '状态', replaced: '已替换', archived: '已归档', archive: '归档', unarchive: '恢复使用', replace: '换录音', replaceShipped: '替换', versions: '历史版本', backToShipped: '恢复自带录音', backToShippedText: '自己的录音会被删除，来电者重新听到系统自带的“{text}”。',
    remove: '删除提示音', removeText: '“{name}”的全部版本都会删除，不能恢复。', newTitle: '新建提示音', takeTitle: '更换录音：{name}', language: '语言', textHint: '录音里说的话，便于查找；可以不填', textSpoken: '要说的话', version: '第 {n} 版', current: '使用中', use: '改用这一版', usedNow: '已改用第 {n} 版', by: '{name} {time}', level: '音量 {db} dB', at: '录制',
    howUpload: '上传文件', howRecord: '麦克风录音', howSpeak: '文字合成', dropHere: '把音频文件拖到这里，或点击选择', dropText: 'WAV、MP3、M4A、OGG、FLAC、AMR 等格式都可以，最长 5 分钟。音量会自动调到统一水平。', working: '正在处理……', startRecord: '开始录音', stopRecord: '停止', recording: '正在录音', recordText: '戴上耳麦，点击“开始录音”后说话。前后的静音会自动去掉。', again: '重新录制', other: '换一个文件',
    speaker: '发音人', female: '女声', male: '男声', speed: '语速', speak: '合成', speaking: '正在合成，约需 {n} 秒', speakAgain: '重新合成', noVoice: '还没有安装合成语音', noVoiceText: '在服务器上运行下面的命令安装（约 250 MB，完全在本机运行，文字不会发送到外部）。安装后刷新即可使用。', noVoiceLanguage: '已安装的语音不能说这种语言', listen: '请先试听，再保存', needSound: '请先录制或选择声音', play: '播放', pause: '暂停', position: '播放位置', playFailed: '播放失败，请重试',
    newMusic: '新建音乐', musicName: '音乐名称', musicNone: '只有系统自带的音乐', musicNoneText: '新建一类音乐并上传曲目，然后在服务分组中选用。请确认您有权播放这些曲目。', defaultMusic: '系统自带音乐', tracks: '曲目', addTrack: '添加曲目', noTracks: '还没有曲目：上传后才能被选用', removeTrack: '移除曲目', removeMusic: '删除音乐', removeMusicText: '“{name}”和其中的 {n} 首曲目会被删除。', rename: '改名',
  },
  takeOrigin: { upload: '上传', browser: '麦克风', phone: '话机录音', tts: '合成', shipped: '自带', own: '自有' },
  promptLanguage: { zh: '中文', en: '英文' },
  useKind: { flow: '流程', queue: '服务分组', number: '接入号码', extension: '分机留言信箱' },
} as const

export default {
  system: {
    title: '系统状态', note: '每 10 秒更新', logs: '运行日志', support: '下载支持包', versions: '版本', product: '应答', database: '数据库', schema: '数据结构', uptime: '已运行', days: '{days} 天 {hours} 小时', hours: '{hours} 小时 {minutes} 分', disk: '磁盘', free: '剩余', recordings: '录音', databaseSize: '数据库', logSize: '日志',
    daysLeft: '录音还能存', unknown: '还没有录音可供估算', years: '十年以上', forDays: '{n} 天', certificate: 'HTTPS 证书', replace: '更换证书', subject: '名称', selfSigned: '自签名', names: '适用地址', ends: '到期', noCertificate: '只在本机使用，没有启用 HTTPS。其他电脑要用麦克风，请以 --host 启动。', backup: '备份', lastBackup: '上次备份', never: '从未备份',
    replaceText: '粘贴或选择 PEM 格式的证书和私钥。检查通过后几秒内对新的连接生效，正在进行的通话不受影响。', chooseFile: '选择文件', chain: '服务器证书在前，中间证书在后。', key: '私钥', replaced: '证书已更换', tooLarge: '文件太大，不像是证书',
    logsNote: '最新的在最上面；号码和密码已隐藏', part: '部件', allParts: '所有部件', level: '级别', callId: '通话编号', find: '包含文字', noLines: '没有符合条件的记录', noLinesText: '请放宽级别或清空条件。', follow: '只看这次通话（{call}）',
  },
  backup: {
    nightly: '每天 {hour}:00 自动备份，保留最近 {keep} 份', off: '没有开启自动备份', settings: '自动备份', make: '立即备份', begin: '开始备份', making: '正在备份', made: '备份完成', failed: '上次备份没有完成：{reason}', at: '时间', kind: '来源', size: '大小', file: '文件', sealed: '已加密', take: '下载', remove: '删除备份', removeText: '删除后无法找回：{name}', folder: '空目录',
    none: '还没有备份', noneText: '每天夜里自动备份一次，也可以立即备份。', restoreText: '备份保存在数据目录的 backups 文件夹，请另存到其他机器或磁盘。在服务器上恢复：', on: '每天自动备份', hour: '时刻（整点）', hourHint: '按公司时区。停机错过的，下次启动后补做。', keep: '保留份数', keepHint: '只清理自动备份；手工备份和升级前的备份由您决定何时删除。',
    passphrase: '加密口令（可不填）', passphraseHint: '至少 8 位。忘记口令就无法恢复。不填则不加密：备份里有客户资料和站点密钥。', encrypt: '自动备份加密', encryptHint: '每日备份和升级前的备份都用这个口令加密，口令封存在系统里。恢复时要输入口令，请另外妥善保管：忘记口令就无法恢复。', secret: '自动备份的口令（至少 8 位）', secretKept: '已设置，不修改请留空', nightlySealed: '，已加密', recordings: '包含录音文件', recordingsHint: '录音较多时备份会很大、很慢。不勾选时只备份录音清单。',
  },
  licence: {
    open: '许可证', title: '组件与许可证', note: '应答用到的开源组件及其许可证；展开可看全文。', find: '名称或许可证', name: '组件', version: '版本', licence: '许可证', kind: '类别',
    noText: '组件没有附带全文，请到它的网站查看。', away: '暂时取不到全文，请稍后再展开。', nothing: '没有符合的组件', nothingText: '请换个词。',
  },
  licenceKind: { product: '应答本身', program: '独立程序', python: 'Python 组件', page: '页面组件' },
  backupKind: { hand: '手工', nightly: '每日自动', upgrade: '升级前' },
  systemPart: { switch: '交换机', engine: '呼叫引擎', web: '页面服务', database: '数据库', disk: '磁盘', worker: '记录写入' },
  systemState: { ok: '正常', degraded: '注意', down: '故障' },
  systemCure: { switch: '新来电暂时进不来，程序会自动重启交换机；持续一分钟以上请看运行日志。', engine: '通话不受影响，引擎会在几秒内自动恢复。', web: '请重新运行 ./yingda up，它会构建页面；原因见 prepare.log。', database: '通话照常，记录会在数据库恢复后补写。请检查数据库服务和磁盘。', disk: '请清理旧录音或扩容，否则新录音会丢失。', worker: '通话照常，记录会稍后补写。持续一分钟以上请看运行日志。' },
  logLevel: { debug: '调试', info: '信息', warning: '警告', error: '错误', critical: '严重' },
} as const

export default {
  system: {
    title: '系统状态', note: '每 10 秒更新', logs: '运行日志', support: '下载支持包', versions: '版本', product: '应答', database: '数据库', schema: '数据结构', uptime: '已运行', days: '{days} 天 {hours} 小时', hours: '{hours} 小时 {minutes} 分', disk: '磁盘', free: '剩余', recordings: '录音', databaseSize: '数据库', logSize: '日志',
    daysLeft: '录音还能存', unknown: '还没有录音可供估算', years: '十年以上', forDays: '{n} 天', certificate: 'HTTPS 证书', replace: '更换证书', subject: '名称', selfSigned: '自签名', names: '适用地址', ends: '到期', noCertificate: '只在本机使用，没有启用 HTTPS。其他电脑要用麦克风，请以 --host 启动。', backup: '备份', lastBackup: '上次备份', never: '从未备份',
    backupText: '在服务器上执行下面的命令，可放进定时任务；恢复用 ./yingda restore。', replaceText: '粘贴或选择 PEM 格式的证书和私钥。检查通过后几秒内对新的连接生效，正在进行的通话不受影响。', chooseFile: '选择文件', chain: '服务器证书在前，中间证书在后。', key: '私钥', replaced: '证书已更换', tooLarge: '文件太大，不像是证书',
    logsNote: '最新的在最上面；号码和密码已隐藏', part: '部件', allParts: '所有部件', level: '级别', callId: '通话编号', find: '包含文字', noLines: '没有符合条件的记录', noLinesText: '请放宽级别或清空条件。', follow: '只看这次通话（{call}）',
  },
  systemPart: { switch: '交换机', engine: '呼叫引擎', database: '数据库', disk: '磁盘', worker: '记录写入' },
  systemState: { ok: '正常', degraded: '注意', down: '故障' },
  systemCure: { switch: '新来电暂时进不来，程序会自动重启交换机；持续一分钟以上请看运行日志。', engine: '通话不受影响，引擎会在几秒内自动恢复。', database: '通话照常，记录会在数据库恢复后补写。请检查数据库服务和磁盘。', disk: '请清理旧录音或扩容，否则新录音会丢失。', worker: '通话照常，记录会稍后补写。持续一分钟以上请看运行日志。' },
  logLevel: { debug: '调试', info: '信息', warning: '警告', error: '错误', critical: '严重' },
} as const

export default {
  ops: { group: '运行维护', audit: '审计日志', alarms: '告警', notices: '通知', channels: '通知渠道' },
  bell: { title: '告警和通知', alarms: '告警', notices: '通知', none: '没有新的告警和通知', allAlarms: '全部告警', allNotices: '全部通知', readAll: '全部标为已读', gotIt: '知道了', from: '{name} 发来' },
  alarm: {
    note: '被拒绝的操作、异常登录、线路和系统故障', living: '未关闭', all: '全部', closed: '已关闭', severity: '级别', what: '内容', count: '次数', last: '最近发生', first: '首次发生', state: '状态', empty: '没有告警', emptyText: '系统运行正常，没有需要处理的异常。', acknowledge: '确认', close: '关闭', acknowledgeTitle: '确认告警', closeTitle: '关闭告警',
    acknowledgeText: '确认表示有人在处理，不再重复提醒。', closeText: '问题已经解决。以后再次发生会产生新的告警。', noteLabel: '处理说明', by: '处理人', rules: '告警规则', rulesNote: '时间窗内达到次数即告警；之后在静默时间内不重复提醒', kind: '类型', threshold: '次数', window: '时间窗（秒）', silence: '静默（秒）', on: '启用', itself: '自动恢复',
  },
  alarmSeverity: { info: '提示', warning: '警告', critical: '严重' },
  alarmState: { open: '待处理', acknowledged: '处理中', closed: '已关闭' },
  alarmKind: {
    not_allowed: '越权操作', login_wrong: '连续输错密码', login_locked: '账号被锁定', key_wrong: 'API 密钥无效', numbers_tried: '猜测被隐藏的号码', numbers_revealed: '大量查看完整号码', caller_blocked: '黑名单来电', sip_unknown: '未知 SIP 注册', sip_secret_wrong: 'SIP 密码错误', handset_wrong: '话机配置索取被拒', toll_refused: '话费防护拒绝', disk_low: '磁盘空间不足', part_restarted: '部件重启', trunk_down: '中继中断', certificate_ends: '证书即将到期', outbox_stuck: '消息发不出去', backup_old: '很久没有备份', break_long: '小休超时', backup_failed: '备份失败',
  },
  notice: {
    note: '给同事发通知，看谁已读', inbox: '收到的', sent: '发出的', write: '写通知', broadcast: '广播', title: '标题', body: '内容', manner: '方式', popup: '弹窗', popupHint: '在收件人屏幕右下角弹出，需要点“知道了”。', quiet: '静默', quietHint: '只进入收件箱，铃铛上显示未读数。', audience: '发给', chooseIds: '请选择', due: '发送时间', dueHint: '选择日期和时间', now: '立即', later: '定时', channels: '同时发到', send: '发送', done: '已发送给 {n} 人', planned: '已安排，到时发送',
    emptyInbox: '没有通知', emptyInboxText: '班长或管理员发来的通知会显示在这里。', emptySent: '还没有发过通知', emptySentText: '点击“写通知”，发给同事、分组、部门或全体。', readOf: '已读', read: '已读', unread: '未读', at: '时间', author: '发件人', withdraw: '撤回', withdrawText: '撤回后，通知会从所有人的收件箱中消失。', withdrawn: '已撤回', waits: '待发送', readers: '阅读情况', notGiven: '还没有发出', unreached: '其中 {n} 人没有登记邮箱或手机，邮件、短信发不到', channelsHint: '邮件和短信发到每位收件人登记的邮箱或手机；群机器人发到所在的群。', toMyself: '我自己',
  },
  reminder: { add: '提醒我', mine: '我的提醒', own: '自己设的提醒', what: '提醒内容', done: '{at} 提醒您', inMinutes: '{n} 分钟后', tomorrow: '明天 9:00', none: '没有待提醒的事项', noneText: '点击“提醒我”，到时会弹出提醒。' },
  noticeAudience: { all: '全体人员', agents: '全体坐席', people: '指定人员', queues: '服务分组', departments: '部门（含下级）' },
  channel: {
    receiver: '收件人',
    note: '告警和通知可以从这里发到邮箱、手机和工作群', add: '新增渠道', edit: '编辑渠道', name: '名称', kind: '类型', alarmsFrom: '告警', alarmsNone: '不发告警', alarmsInfo: '全部告警', alarmsWarning: '警告及以上', alarmsCritical: '仅严重告警', active: '启用', none: '还没有通知渠道', noneText: '添加邮件、短信、企业微信或钉钉机器人，告警就能发到您手上。', test: '发测试消息', testOk: '测试消息已发出', testFailed: '没有发出去：{reason}', keep: '已设置，不填则保持不变', remove: '删除渠道', removeText: '删除“{name}”后，等待从它发出的消息会作废。',
    outbox: '发送记录', message: '消息', state: '状态', error: '原因', again: '重发', emptyOutbox: '还没有发送过消息',
  },
  channelChoice: { tls: 'TLS（常用，端口 465）', starttls: 'STARTTLS（端口 587）', none: '不加密（端口 25，不安全）' },
  channelKind: { mail: '邮件（SMTP）', sms: '短信（HTTP 接口）', wecom: '企业微信群机器人', dingtalk: '钉钉群机器人' },
  channelField: {
    host: '服务器', port: '端口', security: '加密方式', username: '用户名', password: '密码', sender: '发件人', to: '收件人（逗号分隔）', url: '地址', mention: '{\'@\'} 提醒的手机号（逗号分隔，{\'@\'}all 为所有人）', secret: '密钥', method: '请求方法', content_type: '内容类型', body: '请求内容模板', headers: '请求头（每行一个）', success: '成功时返回中包含',
  },
  channelHint: {
    wecom_url: '群机器人的 Webhook 地址，含 key。', dingtalk_url: '群机器人的 Webhook 地址，含 access_token。', dingtalk_secret: '机器人安全设置选“加签”时的 SEC… 密钥。', sms_url: '可用 {to} {text} {secret} 代入号码、内容和密钥。', sms_body: '可用 {to} {title} {text} {secret} 代入。', sms_to: '接收短信的手机号。', mail_to: '例如 ops{\'@\'}example.com',
  },
  outboxState: { waiting: '等待', sent: '已发出', failed: '已放弃' },
  audit: {
    between: '；', yes: '是', no: '否',
    note: '谁在何时从哪里做了什么；记录逐条相连，改动会被发现', who: '操作人', anyone: '任何人', action: '操作', anyAction: '任何操作', object: '对象', anyObject: '任何对象', id: '对象编号', since: '开始日期', until: '结束日期', at: '时间', from: '来源地址',
    change: '变化', system: '系统', empty: '没有符合条件的记录', emptyText: '放宽时间或条件再查。', exportXlsx: '导出 Excel', exportCsv: '导出 CSV', before: '修改前', after: '修改后', field: '项目', none: '（空）', headTitle: '链尾校验值', headText: '请定期另存到别处。之后用 ./yingda audit verify --head 校验值 即可发现被删除的末尾记录。', detail: '第 {n} 条记录',
    nothing: '这项操作没有数据变化',
  },
  auditObject: {
    person: '人员', queue: '服务分组', number: '接入号码', trunk: '中继线路', extension: '分机', customer: '客户', call: '通话', recording: '录音', setting: '设置', department: '部门', caller: '黑白名单', login: '登录', flow: '语音流程', break_reason: '小休原因', call_category: '来电分类', extension_group: '分机组', audit: '审计日志',
    alarm: '告警', alarm_rule: '告警规则', notice: '通知', channel: '通知渠道', backup: '备份', certificate: '证书', api_key: 'API 密钥', session: '登录会话', second_factor: '二次验证', role: '角色', log: '系统日志', bundle: '诊断包',
    calendar: '节假日日历', calling_rule: '外呼权限', data: '数据', factor: '二次验证', follow_up: '后续处理', handset: '话机', hours: '营业时间', login_policy: '登录策略', music: '等待音乐', outside_login: '统一登录设置', prompt: '提示音', room: '会议室', route: '呼出路由', supervise: '班长操作', support: '技术支持', id_number: '证件号码',
  },
  auditVerb: {
    create: '新建', update: '修改', delete: '删除', save: '保存', login: '登录', wrong: '密码错误', locked: '已锁定', inactive: '账号停用', password: '修改密码', secret: '重设密码', language: '切换语言', export: '导出', note: '填写小结', draft: '保存草稿', publish: '发布', play: '播放', download: '下载', listen: '监听', whisper: '密语', barge: '强插', intercept: '拦截', reveal: '查看完整号码', archive: '归档', restore: '恢复', move: '调整',
    acknowledge: '确认', close: '关闭', remind: '提醒自己', send: '发送', withdraw: '撤回', test: '测试', revoke: '注销', enable: '启用', disable: '停用', reset: '重置', upload: '上传', view: '查看',
    logout: '退出登录', make: '制作', take: '下载', clear: '清除', official: '载入法定节假日', set: '设置', refused: '被拒绝', put: '设置', file: '生成配置', taken: '话机取走配置', remove: '移除', add: '添加', features: '功能设置', off: '关闭', on: '开启', rename: '改名', unarchive: '恢复', member: '调整成员', record: '录音', auto_answer: '自动接听', exceptions: '个人例外', import: '导入', photo: '照片',
    password_wrong: '旧密码错误', phone_pin: '话机密码', reset_link: '生成重设链接', directory_away: '目录服务无应答', factor_wrong: '验证码错误', newcomer: '首次登录自动建立', nobody: '本系统无此人', unlock: '解除锁定', end: '结束', vouched_no_more: '已被停用，退出登录', bundle: '下载诊断包', watch: '进入通话', watch_end: '离开通话', force_hang_up: '强拆', force_state: '强制状态', claim: '领取', assign: '指派', release: '退回', reopen: '重新打开', hear: '收听留言',
    id_number: '修改证件号码', pin_set: '设置电话服务密码', pin_clear: '清除电话服务密码', pin_locked: '电话服务密码锁定',
  },
} as const

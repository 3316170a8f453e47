export default {
  desk: {
    items: '桌面上的通话', empty: '来电时，这里会显示客户是谁', waiting: '您处于空闲状态，来电会自动分配给您。', notReady: '您已签入，但还没有置闲。置闲后才会分配来电。', notSignedIn: '点击左上角的状态按钮，选择话机并签入。',
    putAway: '收起 {name}', putAwayUnsaved: '这通电话的小结还没有保存到记录中，收起后会丢失。', keys: '按键 {keys}', several: '这个号码对应 {n} 位客户，请选择：', unknown: '新号码，还没有客户资料', page: '打开外部页面', pageBlocked: '浏览器拦截了窗口：请点击按钮打开，并允许本站弹出窗口',
    createCustomer: '建立客户', isThis: '是这位', chooseAgain: '重新选择', openCustomer: '客户资料', recent: '最近通话', noRecent: '此前没有通话记录', today: '今日', calls: '通话数', talkTime: '通话时长', average: '平均时长',
    queue: '服务分组', waitingNow: '排队', longest: '最长', readyNow: '空闲', noQueues: '您还不在任何服务分组中，请联系管理员。', ownCalls: '我的今日通话', noCallsToday: '今天还没有通话', noCallsTodayText: '每次通话结束后会出现在这里。',
  },
  note: { title: '通话小结', hintLater: '客户要办什么事？怎么处理的？', hint: '客户要办什么事？怎么处理的？输入时自动保存。', auto: '自动保存', saved: '已保存 {time}', saving: '正在保存', draft: '草稿已存在本机，通话结束后写入记录' },
  category: {
    title: '来电分类', one: '来电分类', choose: '这通电话关于什么？', without: '未分类', note: '坐席在小结里选择，通话记录可按分类查询和导出', add: '新增分类', edit: '编辑分类', addBelow: '添加下级', nameZh: '中文名称', nameEn: '英文名称', parent: '上级分类', top: '顶层', parentHint: '最多三级。',
    none: '还没有来电分类', noneText: '先建立几个大类，例如咨询、预约、投诉，再按需要细分。', archive: '归档“{name}”？', archiveText: '归档后坐席不能再选择，下级一并归档；已有的通话记录不变，仍可查询。', taken: '同一级已有这个名称', up: '上移 {name}', down: '下移 {name}',
  },
  calls: {
    note: '呼入、呼出和未接来电', number: '号码（至少后 4 位）', days: '日期', agent: '坐席', queue: '服务分组', direction: '方向', outcome: '结果', missed: '全部未接', more: '更多条件', less: '收起', minTalk: '最短通话（秒）', maxTalk: '最长通话（秒）',
    badRange: '最短时间大于最长时间', today: '今天', week: '近 7 天', month: '近 30 天', startedAt: '开始时间', endedAt: '结束时间', customer: '客户', wait: '等待', ring: '振铃', talk: '通话', hold: '保持', noteColumn: '小结', recording: '录音', play: '播放', called: '被叫号码',
    trunk: '中继', menuPath: '菜单路径', endedBy: '结束方', empty: '没有符合条件的通话', emptyText: '换一个日期或号码试试，或者点击“重置”。', total: '共 {n} 条', noRecording: '这通电话没有录音', notTalked: '没有接通，因此没有录音', ownTab: '在标签页打开', course: '通话经过', why: '（分配原因：{why}）',
  },
  player: { working: '录音正在整理，稍候即可播放', missing: '录音文件缺失', position: '播放位置', agent: '坐席', customer: '客户', play: '播放', pause: '暂停', speed: '播放速度', volume: '音量', failed: '播放失败，请重试' },
  board: {
    breakLong: '小休超时', breakLongText: '{who} 的“{reason}”已超过规定时间',
    note: '数据实时更新', wall: '大屏', leaveWall: '退出大屏', waiting: '排队中', longest: '最长等待', answered: '今日接通 / 进入', abandoned: '今日放弃', serviceLevel: '服务水平', lines: '线路占用', agents: '坐席', filter: '按状态筛选', callsToday: '今日 {n} 通',
    noAgents: '还没有坐席', noAgentsText: '在“人员”中添加坐席并分配分机后，会显示在这里。', waitingCalls: '排队来电', state: '状态', nobodyWaits: '没有来电在排队', readyOf: '空闲坐席 / 已签入', readyShort: '空闲', waitingShort: '排队', longestShort: '最长', answeredLong: '今日接通', serviceLevelShort: '服务水平', answeredShort: '接通', abandonedShort: '放弃', overflowedShort: '溢出', overflowedLong: '今日由分组自行转出的来电：非营业时间、无人签入、队满、等待超时、按键离开', callbacksShort: '回呼', callbacksLong: '已答应客户、尚未完成的回呼', noQueues: '还没有服务分组',
    trunk: '中继线路', inUse: '占用', peak: '今日峰值', blocked: '占满拒绝', noLines: '还没有中继线路', noLinesText: '管理员可在“中继线路”中添加。',
  },
  customer: {
    name: '姓名 / 名称', kind: '类型', level: '级别', vip: 'VIP', phones: '电话', number: '号码', phoneLabel: '备注，如 手机', addPhone: '添加电话', vehicles: '车辆', plate: '车牌', model: '车型', vin: '车架号 VIN', mileage: '里程（km）', purchased: '购车日期', insured: '保险到期',
    idNumber: '证件号码', firmId: '统一社会信用代码', idHint: '加密保存，页面上只显示首尾；查看完整号码会被记录。', addVehicle: '添加车辆', removeVehicle: '移除车辆 {plate}', note: '备注', noVehicles: '没有登记车辆', noPhones: '没有登记电话', created: '客户已建立', createdAt: '建立于', updatedAt: '更新', search: '姓名、拼音、号码后 4 位、车牌、VIN', empty: '还没有客户', emptyText: '来电时可以直接建立，也可以点击“新建客户”。',
    notFound: '没有找到客户', notFoundText: '可以试试姓名、拼音首字母、号码后四位或车牌。', calls: '通话记录', noCalls: '还没有通话', noCallsText: '与这位客户的通话会出现在这里。', levelGold: '金卡', levelSilver: '银卡', levelNormal: '普通',
  },
  callers: {
    note: '谁会被拦截，谁优先接听；保存后立即生效', add: '加入名单', edit: '编辑名单', find: '号码或原因', list: '名单', number: '号码', prefix: '以此开头的所有号码', reason: '原因', until: '有效至', forever: '长期', by: '添加人', none: '名单还是空的', noneText: '把骚扰号码加入黑名单，把重要客户加入 VIP 名单。',
    remove: '移出名单', removeText: '{number} 将不再受此名单影响。',
  },
  pinCard: {
    title: '电话服务密码', has: '已设置', none: '未设置', set: '设置', renew: '重设', digits: '4 到 12 位数字', saved: '电话服务密码已更新', locked: '输错次数过多，锁定至 {until}', clear: '移除电话服务密码', clearText: '移除后，客户在语音菜单中将无法通过密码验证。',
  },
  goal: {
    kind: '去向类型',
    queue: '服务分组', flow: '语音流程', agent: '指定坐席', number: '外部号码', voicemail: '语音留言', callback: '预约回电', hang_up: '播放后挂机', chooseQueue: '选择服务分组', chooseFlow: '选择语音流程', chooseAgent: '选择坐席', chooseBox: '选择信箱', typeNumber: '输入手机或固话号码', unpublished: '未发布', gone: '已不存在', prompt: '结束语音，可不填',
  },
  admin: {
    nothingFits: '没有符合条件的记录', nothingFitsText: '请更换关键字，或清除筛选条件。', restComes: '数据还没有全部载入，正在查找其余的记录', number: '工号', name: '名称', personName: '姓名', role: '角色', extension: '分机', department: '部门', status: '状态', language: '语言', archived: '已归档', showArchived: '显示已归档', firstPassword: '待改密码', newPerson: '新增人员', editPerson: '编辑人员', noPeople: '还没有人员',
    noPeopleText: '先添加坐席和班长，再为他们分配分机。', noExtension: '不分配', extensionHint: '没有分机就不能接打电话。', passwordHint: '保存后系统生成初始密码，只显示一次。', newPassword: '重设密码', newPasswordText: '{name} 的所有登录会立即失效，需要用新密码重新登录。', passwordTitle: '初始密码',
    shownOnce: '只显示这一次，请现在记下或复制。', noted: '我已记下', extensionsNote: '桌面话机和软电话的账号', newExtension: '新增分机', editExtension: '编辑分机', noExtensions: '还没有分机', noExtensionsText: '添加分机，再分配给坐席。', usedBy: '使用人', nobody: '无人使用', newSecret: '重设 SIP 密码', newSecretText: '分机 {number} 上使用旧密码的话机会掉线，需要重新设置。',
    dialledHint: '客户拨打的完整号码，只填数字。', secretHint: '保存后系统生成 SIP 密码，只显示一次。', sipTitle: '话机设置', sipServer: 'SIP 服务器', sipUser: 'SIP 用户名', sipSecret: 'SIP 密码', queuesNote: '来电按分组分配给坐席', newQueue: '新增分组', editQueue: '编辑分组', noQueues: '还没有服务分组', noQueuesText: '建立分组、加入坐席，再把号码指向它。', queueNumber: '编号', strategy: '分配方式', 
    members: '成员', inSeconds: '{name}（秒）', ringS: '振铃时限', wrapUpS: '话后整理', serviceLevelS: '服务水平', addMember: '添加成员', allMembers: '没有可添加的坐席', level: '级别', levelHint: '级别 1 最先接听。', noMembers: '还没有成员，来电无人可接。', numbersNote: '客户拨打的号码和它的去向', newNumber: '新增号码', editNumber: '编辑号码', noNumbers: '还没有接入号码',
    noNumbersText: '添加运营商给您的号码，并指定它进入哪个流程或分组。', dialled: '接入号码', leadsTo: '去向', anyTrunk: '任意线路', deleteNumber: '移除号码', deleteNumberText: '移除 {number} 后，打到这个号码的电话会被拒绝。历史记录保留。', trunksNote: '电话外线：与运营商或语音网关的连接',
    newTrunk: '新增中继', editTrunk: '编辑中继', noTrunks: '还没有中继线路', noTrunksText: '填写运营商或语音网关的地址，即可接入外线。', host: '运营商地址', hostHint: '例如 sip.example.com:5060', match: '允许来自', matchHint: 'IP 或网段，回车添加', register: '向对方注册', registerHint: '运营商给了用户名和密码时打开', keepsSecret: '不填则保持不变', capacity: '线路数', newRange: '批量新增分机', rangeFirst: '起始号码', rangeCount: '数量', rangeHint: '号码依次递增，最多一次 200 个。', rangeIs: '将建立 {first} 至 {last}', download: '下载表格', hostWhy: '运营商或语音网关的地址。不填则只接收来电。', matchWhy: '只有来自这些地址的来电会被接受，防止陌生人冒充。', capacityWhy: '最多同时通话几路，通常写在合同里。',
  },
} as const

// Office telephone, trunks and ways out, calling rules.
export default {
  trunk: {
    numbering: '号码格式', areaCode: '本地区号', areaCodeHint: '线路所在城市的区号，如 010。用来判断本地、长途和外地手机。', shownNumber: '外显号码', firstNumber: '用第一个接入号码', shownNumberHint: '客户手机上看到的号码，须是运营商分配给您的。',
    calledAs: '被叫号码写法', calledAsHint: '呼出时，客户号码按什么格式送给运营商。', shownAs: '主叫号码写法', shownAsHint: '我方号码按什么格式送给运营商。', mobileZero: '手机号前加 0', mobileZeroHint: '有的线路拨外地手机要先加 0。',
    prefix: '出局前缀', prefixHint: '自动加在所有号码最前面，例如拨外线的 9。', stripReceived: '来电去除前缀', stripReceivedHint: '运营商在您的号码前多送的数字，在这里去掉。', local: '本地号码', localShort: '本地固话不送区号',
    sipCode: '对方返回 SIP {code}', 
  },
  numberStyle: { national: '国内写法 01062345678', e164: '国际写法 +861062345678', bare: '国际写法不带加号 861062345678' },
  mobileZero: { never: '从不加', outside: '外地手机加 0', always: '总是加' },
  numberClass: { emergency: '紧急电话', local: '本地固话', mobile: '手机', long_distance: '国内长途', service: '服务号码', free: '400 / 800', international: '国际及港澳台', premium: '声讯台', other: '其他' },
  lineStateHint: { unregistered: '正在尝试注册', unreachable: '对方没有回应，请检查地址和网络', incoming: '没有填写对方地址，只接收来电', unknown: '正在检测' },
  sipReason: {
    401: '用户名或密码不正确', 403: '对方拒绝：账号无权注册，或密码不正确', 404: '对方没有这个账号', 407: '用户名或密码不正确', 408: '对方没有及时回应', 423: '对方要求更长的注册间隔', 480: '对方暂时不可用', 500: '对方系统故障', 502: '对方网关故障', 503: '对方服务暂不可用', 504: '对方服务超时',
    no_response: '对方没有回应，请检查地址、端口和防火墙',
  },
  route: {
    note: '不同号码走哪条线路呼出；第一条不通时自动换下一条', add: '新增路由', edit: '编辑路由', none: '还没有呼出路由', noneText: '没有路由时，所有呼出按中继名称的顺序选择线路。', which: '适用号码', every: '所有号码', order: '线路顺序', classes: '号码种类', classesHint: '不选表示所有种类。', prefix: '号码开头',
    prefixHint: '只对以这些数字开头的号码生效，例如 0757。开头越长越优先。', trunks: '线路', chooseTrunks: '选择中继线路', trunksHint: '先用第一条（通常最便宜）。线路占满或出故障时自动用下一条；对方忙或不接听时不换线路。', earlier: '提前', later: '推后', position: '次序', positionHint: '数字小的先匹配。', remove: '移除路由', removeText: '移除“{name}”后，这些号码按其他路由呼出。',
  },
  calling: {
    note: '谁可以打哪些电话，防止盗打和高额话费', add: '新增规则', edit: '编辑规则', today: '今天外线通话共 {minutes} 分钟，{yuan} 元', who: '对象', may: '可以拨打', limits: '每日上限', usedToday: '今日已用', used: '{minutes} 分钟 / {yuan} 元', minutes: '{n} 分钟', yuan: '{n} 元', atOnce: '同时 {n} 路', comma: '，', asWider: '按上级规则', nothing: '不能打外线',
    choose: '单独设定', orderHint: '同一项有多条规则时，依次采用：本人、角色、本机分机组、所有人员；无人使用的话机：分机组、无人使用的话机。', chooseWho: '选择角色、人员、分机组或服务分组', roles: '角色', mayHint: '内部分机和紧急电话（110、119、120、122）任何时候都能拨打。', minutesADay: '每日分钟', yuanADay: '每日话费（元）', callsAtOnce: '同时通话', limitsHint: '0 表示按上级规则。用完后当天不能再打外线，正在进行的通话到时自动结束。', atNight: '限拨时段内也可以拨打', shown: '外显号码', shownDefault: '按分组或线路的设定',
    shownHint: '客户看到的号码。优先顺序：个人、服务分组、角色、分机组、线路。', remove: '移除规则', removeText: '“{name}”将改为按上级规则。', guard: '全公司防盗打', guardHint: '外线被盗打一晚可能损失数万元。设定上限后，超出的呼出会被拒绝，并记入操作日志。', siteLimitsHint: '全公司合计，0 表示不限。', night: '限拨时段', nightHint: '这段时间里只能拨打下面选中的种类。', nightOff: '开始和结束相同表示不限时段。', nightClasses: '时段内仍可拨打',
    forbidden: '禁拨开头', forbiddenPlace: '例如 00960，回车添加', forbiddenHint: '任何人都不能拨打以这些数字开头的号码。', tariffs: '资费（元 / 分钟）', tariffPrefix: '号码开头', tariffPrice: '每分钟价格', addTariff: '添加资费', tariffsHint: '用来计算话费上限，不足一分钟按一分钟计。开头最长的一条生效。',
  },
  callingSubject: { 'role:*': '所有人员', phone: '无人使用的话机' },
  extensionGroup: {
    title: '分机组', note: '把分机编成组：可按组设定外呼权限；在本组话机上拨 *8，可代接同组话机上正在振铃的来电。', add: '新增分机组', edit: '编辑分机组', name: '组名', extensions: '分机数', noGroups: '还没有分机组', column: '分机组', none: '不属于任何组', all: '全部分机组', filter: '按分机组筛选', named: '分机组：{name}',
    taken: '已有这个名称', archive: '归档分机组“{name}”', archiveText: '归档后不能再选用，可以随时恢复。', inUse: '组内还有分机，请先移出', chosen: '已选 {n} 个分机', putInto: '放入分机组', out: '移出分机组', changed: '已修改 {n} 个分机',
  },
  office: {
    note: '同事和话机的号码与状态', find: '姓名、拼音、分机、部门', none: '还没有分机', noneText: '管理员添加分机后，会显示在这里。', noMatch: '没有符合的分机', nobodys: '公共话机', myPhone: '我的话机 {extension}', phoneOf: '话机设置 {extension}', setUp: '话机设置', number: '号码', forwarded: '已转移', dnd: '免打扰', dndHint: '打开后，打给这个分机的电话不振铃：转到“忙时”设定的号码，没有设定时对方听到忙音。不影响排队来电的分配。',
    toNowhere: '不转移', toExtension: '转到分机', toNumber: '转到外线号码', toQueue: '转到服务分组', toVoicemail: '转到留言信箱', toFlow: '转到语音流程', choose: '请选择', choosePlan: '选择工作时间', after: '振铃', boxGreeting: '留言信箱问候语', boxGreetingHint: '来电在本分机信箱留言前听到这段话，由管理员在“提示音”页录制或上传。', boxGreetingShipped: '系统自带：请在提示音后留言', forward_always: '总是转移', forward_busy: '忙时转移', forward_no_answer: '无人接听转移', forward_unreachable: '话机离线转移', forward_closed: '下班时间转移', forward_closed_hint: '在所选工作时间以外转走，本机不响。', forward_always_hint: '所有打给这个分机的电话直接转走，本机不响。', forward_busy_hint: '正在通话、拒接或免打扰时转走。', forward_no_answer_hint: '响了这么久还没人接就转走。', forward_unreachable_hint: '话机没有开机或断网时转走。',
  },
  room: {
    note: '拨内部号码、输入密码即可开会', add: '新增会议室', edit: '编辑会议室', none: '还没有会议室', noneText: '建立会议室，把号码和密码告诉参会人。', number: '会议号码', numberHint: '在话机上拨这个号码进入会议室。', pin: '密码', withModerator: '密码，等主持人', withPin: '需要密码', open: '不需要密码', inside: '正在开会', nobody: '无人', moderator: '主持人', waits: '等候主持人',
    kick: '请出', pinOff: '去掉密码', pinHint: '4 到 12 位数字。不填则知道号码的人都能进入。', moderatorPin: '主持人密码', moderatorHint: '设置后，其他人听音乐等候，主持人用这个密码进入后会议才开始。', capacity: '最多人数', tones: '有人进出时播放提示音', remove: '移除会议室', removeText: '移除“{name}”后不能再拨入。正在进行的会议不受影响。',
  },
  phoneState: { free: '可接听', busy: '通话中', offline: '离线' },
} as const

export default {
  app: { name: '应答', notFound: '没有这个页面', notFoundText: '地址可能写错了，或者页面已经移走。', toStart: '回到首页' },
  word: {
    bracketed: '{text}（{note}）', labelled: '{name}：{text}',
    undo: '撤销', removed: '已移除：{name}', archivedName: '已归档：{name}', restoredName: '已恢复：{name}', undone: '已撤销', archive: '归档', restore: '恢复', cancel: '取消', save: '保存', close: '关闭', edit: '编辑', remove: '移除', search: '查询', reset: '重置', more: '加载更多', copy: '复制',
    copied: '已复制', tryAgain: '重试', notLoaded: '没能加载', withheld: '未显示号码', stop: '。', none: '无', saved: '已保存',
    actions: '操作', active: '启用', inactive: '停用', from: '从', to: '到', unsaved: '有未保存的修改', discard: '放弃修改',
    discardText: '这个页面上有尚未保存的修改，离开后会丢失。', refresh: '刷新', seconds: '秒', moreActs: '更多', open: '打开', chooseRow: '选择本行', choosePage: '选择本页全部',
  },
  menu: {
    title: '主菜单', work: '工作', organisation: '人员与分机', service: '客服配置', outgoing: '线路与呼出', desk: '坐席工作台', board: '实时监控', calls: '通话记录', call: '通话详情', customers: '客户',
    customer: '客户资料', newCustomer: '新建客户', people: '人员', departments: '部门', roles: '角色与权限', extensions: '分机', queues: '服务分组', numbers: '接入号码', trunks: '中继线路', callers: '黑白名单', prompts: '提示音',
    guide: '开通向导', flows: '语音流程', flow: '语音流程',
    routes: '呼出路由', calling: '外呼权限', directory: '通讯录', rooms: '会议室', hours: '营业时间',
    fold: '收起菜单', unfold: '展开菜单',
  },
  tabs: { title: '打开的页面', close: '关闭 {name}' },
  bar: {
    buttons: '通话按钮', answer: '接听', hangUp: '挂断', reject: '拒接', hold: '保持', resume: '取回', mute: '静音', unmute: '取消静音', muted: '已静音', keypad: '按键',
    dial: '输入号码外呼', dialWrong: '号码只能含数字、* 和 #', call: '呼叫', callNumber: '呼叫 {number}', sentDigits: '已发送的按键', pressDigits: '点击或直接输入',
    goReady: '置闲', finishWrapUp: '完成', prolong: '+60 秒', prolongBy: '话后整理延长一分钟', prolongLeft: '话后整理延长一分钟（还可延长 {n} 次）', left: '剩余', then: '→ {state}', afterCall: '通话结束后生效', notWorking: '点击签入', noCall: '当前没有通话', signInFirst: '签入后即可接听和外呼',
    waiting: '排队', talking: '通话', readyAgents: '空闲坐席', switchDown: '交换机未运行', recording: '正在录音', ringTitle: '来电 {number}', signOutWork: '签出', minutes: '{n} 分钟内',
  },
  phone: {
    title: '选择今天使用的话机', web: '本机', webText: '戴上耳麦，用浏览器通话', desk: '桌面话机', deskText: '分机 {extension} 的 SIP 话机', start: '签入', takeOver: '在这里使用话机',
    test: '测试麦克风', speak: '请说话', level: '麦克风音量', comingBack: '话机连接中断，正在自动恢复。正在进行的通话不受影响。',
  },
  fault: {
    insecure: '此地址下浏览器不允许使用麦克风', refused: '浏览器的麦克风权限被拒绝', missing: '没有找到麦克风', busy: '麦克风被其他程序占用', elsewhere: '话机正在另一个窗口使用', server: '话机没能连上服务器',
  },
  cure: {
    insecure: '请用 https 地址打开本系统，或在服务器本机用 localhost 打开；也可以改用桌面话机。', refused: '请点击地址栏左侧的图标，允许使用麦克风，然后重试。',
    missing: '请插好耳麦，在系统声音设置中确认能看到它，然后重试。', busy: '请关闭正在使用麦克风的会议或录音软件，然后重试。',
    elsewhere: '一位坐席同时只能在一个窗口通话。在这里使用后，另一个窗口的话机会断开。', server: '请稍候重试；如一直不行，请联系管理员检查交换机状态。',
  },
  link: {
    ok: '连接正常', lost: '与服务器的连接已断开，正在重连', engine: '呼叫引擎正在恢复', lostLong: '与服务器的连接已断开，正在自动重连。正在进行的通话不受影响，页面数据可能不是最新。',
    engineLong: '呼叫引擎正在恢复。正在进行的通话不受影响，按钮稍后可用。',
  },
  user: {
    menu: '用户菜单', otherLanguage: 'Switch to English', password: '修改密码', leave: '退出登录', leaveInCall: '您还在通话中。退出登录会签出，并挂断本机的通话。', currentPassword: '当前密码',
    newPassword: '新密码', newAgain: '再次输入密码', notSame: '两次输入的密码不一致', mustChange: '这是管理员设置的初始密码，请先改成您自己的密码。', passwordChanged: '密码已修改',
  },
  login: {
    title: '登录', number: '工号', password: '密码', submit: '登录', numberMissing: '请输入工号', passwordMissing: '请输入密码', capsLock: '大写锁定已打开', again: '登录已失效，请重新登录', or: '或', by: '使用{name}登录',
    help: '忘记密码或账号被锁定时，请联系管理员。', claim: '每一个来电，都有应答。', claimText: '接听、录音、客户资料和实时监控在同一个页面里，每一通电话都有记录可查。',
  },
  setup: {
    title: '初次设置', intro: '创建公司，您就是第一位管理员。随后由向导带您添加人员、接入线路、设好菜单，直到接通第一个电话。', company: '公司名称', zone: '时区', adminNumber: '管理员工号', adminName: '管理员姓名',
    submit: '创建并进入', done: '公司已经设置完成', toLogin: '去登录', badLink: '设置链接无效或已过期', badLinkText: '请使用启动程序时终端里显示的最新链接。',
  },
  problem: { unreachable: '连不上服务器，请检查网络后重试。', server: '服务器出错（{status}），请稍后重试。' },
  field: { required: '必填' },
} as const

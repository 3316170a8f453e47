export default {
  party: {
    transfer: '转接', consulting: '咨询', target: '姓名、分机或电话号码', blind: '直接转接', ask: '先咨询', colleagues: '同事', queues: '服务分组', free: '{n} 人空闲',
    nobody: '没有在线的同事', nobodySo: '没有叫“{text}”的在线同事', complete: '完成转接', conference: '三方通话', conferenceShort: '会议', askedBy: '{name} 咨询您', back: '取回客户', rings: '{number} 正在振铃，客户在听音乐', talks: '正在与 {number} 通话，客户在听音乐',
    toggle: '切换', onMusic: '客户在线，{number} 在听音乐', inConference: '会议中 {n} 方', invite: '邀请加入', remove: '请出', removeTitle: '请 {name} 退出会议', inviteTarget: '分机或外线号码', isRinging: '振铃', meNow: '我', customer: '客户', menus: '语音菜单',
  },
  lend: { lend: '去后返回', now: '客户正在语音菜单中', hint: '您听不到客户按键，菜单结束后客户回到您这里；您挂机则客户留在菜单中。' },
  park: { park: '停泊', parkHint: '客户听音乐，任何话机都可取回', done: '已停泊在 {slot} 号位，话机拨 *71{slot} 可取回', parked: '停泊的通话', fetch: '取回', title: '取回 {slot} 号位的通话', by: '{name} 停泊' },
  pickup: { waiting: '等待的客户', ringing: '正在振铃', takeTitle: '接入 {number}', take: '代答', grab: '抢接', title: '替 {name} 接听', grabTitle: '接入等待最久的客户' },
  watch: {
    title: '对 {name} 的操作', listen: '监听', whisper: '密语', barge: '强插', intercept: '拦截', cut: '强拆', ready: '置闲', onBreak: '置忙', signOut: '签出', leave: '退出监听', of: '{name} 的通话', now: '正在进行',
    cutAsk: '强拆会立即挂断 {name} 正在进行的通话，客户也会断开。', signOutAsk: '将签出 {name}；如正在通话，通话结束后生效。', interceptAsk: '拦截后您与客户通话，{name} 退出通话。', sure: '确定', needPhone: '请先签入话机，才能监听通话。', done: '已执行',
    reason: '示忙原因', bySupervisor: '班长置忙', note: '说明', noteHint: '写入审计日志', afterCall: '如正在通话，通话结束后生效。',
  },
} as const

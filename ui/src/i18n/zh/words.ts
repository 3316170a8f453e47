// The trade's words: states, outcomes and other codes that the server sends.
export default {
  state: {
    connecting: '正在连接', signed_out: '未签入', ready: '空闲', on_break: '小休', wrapping_up: '话后整理', ringing: '振铃', talking: '通话', held: '保持', dialing: '外呼', phone_down: '终端异常', reserved: '空闲',
  },
  reason: { rna: '未接来电', rejected: '已拒接', phone_lost: '话机断线', signed_in: '示忙', supervisor: '班长置忙' },
  role: { agent: '坐席', supervisor: '班长', admin: '管理员' },
  direction: { in: '呼入', out: '呼出', internal: '内部' },
  callState: {
    arrived: '进入', in_menu: '语音菜单', waiting: '排队', offered: '振铃', talking: '通话中', held: '保持', parked: '停泊', lent: '菜单中', rejoining: '重新排队', dialing: '正在呼叫', consulting: '咨询中', conference: '三方通话', transferring: '转接中', promising: '预约回呼', at_door: '输入会议密码', in_room: '会议中', leaving: '留言中', closing: '正在结束', ended: '已结束',
  },
  outcome: {
    message: '已留言', abandoned_message: '留言前挂断', callback: '预约回呼', low_mark: '低分评价',
    live: '进行中', answered: '已接通', abandoned_menu: '菜单中放弃', abandoned_queue: '排队中放弃', abandoned_ring: '振铃中放弃', no_answer: '无人接听', busy: '忙', rejected: '被拒接', failed: '呼叫失败',
    unknown_number: '号码未配置', no_agents: '无坐席', queue_timeout: '排队超时', out_of_hours: '非营业时间', queue_full: '排队已满', left_queue: '按键离开', switch_lost: '交换机中断', phone_lost: '话机断线', cancelled: '已取消', lines_full: '外线占满', blocked: '已拦截', menu_failed: '菜单未选择', flow_failed: '流程异常', menu_done: '菜单结束', feature_code: '功能码', closed: '系统结束', answered_elsewhere: '已在别处接听', refused: '限制拨打',
  },
  pin: { ok: '密码已验证', failed: '密码错误', locked: '密码已锁定', none: '未设密码', unavailable: '密码未能验证' },
  callerKind: { black: '黑名单', white: '白名单', vip: 'VIP' },
  callerKindHint: { black: '来电直接拒绝，不接通、不计费，并记入通话记录。', white: '即使号码段在黑名单中也可打入。', vip: '排队时优先，相当于多等了五分钟。' },
  endedBy: { caller: '客户挂断', agent: '坐席挂断', system: '系统结束', supervisor: '班长强拆', far: '对方挂断', switch: '交换机中断', media: '话音中断' },
  segment: { callback: '预约回呼', message: '留言', menu: '语音菜单', queue: '排队', agent: '坐席', outside: '外线', room: '会议室', parked: '停泊' },
  segmentOutcome: {
    parked: '已停泊', callback: '预约回呼', declined: '继续等待', left: '已留言', too_short: '没有留言', voicemail: '转留言',
    chosen: '已选择', timed_out: '超时未选', caller_left: '客户挂断', assigned: '已分配', overflowed: '溢出', overflow_closed: '非营业时间转出', overflow_nobody: '无人签入转出', overflow_breaks: '全部小休转出', overflow_full: '排队已满转出', overflow_wait: '等待超时转出', overflow_exit: '按键离开', answered_elsewhere: '他人接听', not_taken: '无人接起', answered: '已接通', no_answer: '无人接听', rejected: '拒接', busy: '忙', failed: '失败', phone_lost: '话机断线', done: '已播完', closed: '已结束', cancelled: '已取消', transferred: '已转接', rejoined: '重新接入', intercepted: '被拦截', picked_up: '已被代答', forwarded: '已转走', unknown_number: '空号',
  },
  why: { fetch: '取回停泊', park_back: '停泊回振', longest_idle: '空闲最久', fewest_calls: '接听最少', round_robin: '轮流', least_talk: '通话最短', level: '技能优先', area: '归属地', ring_all: '同时振铃', sticky: '客户追随', rejoined: '重新接入', consult: '咨询', transfer: '转接', intercept: '拦截', pickup: '代答', grab: '抢接', ring_back: '转接未接回振', invite: '会议邀请', trunk: '换线路', forward: '呼叫转移' },
  kind: { person: '个人', firm: '单位' },
  lineState: { registered: '已注册', reachable: '连通', unregistered: '未注册', rejected: '注册被拒', unreachable: '不通', incoming: '只接来电', unknown: '检测中' },
  strategy: { longest_idle: '空闲最久', fewest_calls: '接听最少', round_robin: '轮流', least_talk: '通话最短', level: '技能优先', area: '归属地优先', ring_all: '同时振铃' },
  recordingState: { recording: '录音中', finished: '完整', recovered: '已恢复', short: '不完整', missing: '缺失' },
} as const

// Service groups, working hours and the calendar.
export default {
  queue: {
    basics: '基本与分配', members: '成员', waiting: '等待与播报', overflow: '营业时间与溢出',
    strategyHint_longest_idle: '谁空闲得最久，来电就给谁。', strategyHint_round_robin: '依次轮流，每次给最久没有被派到来电的人。', strategyHint_fewest_calls: '给今天接听通数最少的人。', strategyHint_least_talk: '给今天通话总时长最短的人。',
    strategyHint_level: '先给级别 1 的成员，都不空闲才给下一级；同级之间按空闲最久。', strategyHint_area: '按来电号码归属地，先给负责该地区的成员；没有人空闲时给其他成员。地区在“成员”中填写。', strategyHint_ring_all: '空闲成员同时振铃，先接起者接听，其他人自动停止振铃，不算未接。',
    priority: '优先级', priorityHint: '每高 1 级，相当于已经多等了 1 分钟；等得越久排得越前，低优先级也不会一直等下去。VIP 名单中的号码再加 5 级。', times: '振铃与整理', ringHint: '超时转给下一位成员，未接的人自动置忙。', wrapHint: '挂机后留给坐席填写小结的时间，期间不派来电。', serviceHint: '在此时间内接起，计入服务水平。',
    sticky: '客户追随', stickyOn: '老客户优先找上次接待的坐席', stickyHint: '只在该坐席已签入且没有小休时等待；超时或离开后按正常方式分配。', stickyDays: '多少天内的通话有效', stickyWait: '坐席忙时最多等待（秒）',
    autoAnswer: '自动接听', autoAnswerHint: '来电振铃后，坐席的网页电话或话机自动接起，先听到提示音再接通客户。多人同时振铃和外部号码上的坐席除外。', sayAgent: '接通时播报坐席工号', survey: '通话后的满意度评价', surveyNone: '不评价', surveyLink: '客户先挂机时，用短信发送评价链接', surveyLinkHint: '只发到中国大陆手机号，每个号码每天最多一条，链接三天内有效。短信通道和网页地址在“满意度评价”页设置。', surveyHint: '坐席先挂机时，来电者转入这个语音流程打分；结果记到通话和坐席名下。', sayAgentHint: '客户和坐席都听到“坐席工号 1008，很高兴为您服务”。',
    music: '等待音乐', announce: '等待中播报', announceEvery: '每隔（秒）', announceHint: '第一次在 10 秒内播报，之后按间隔重复。有坐席接起时播报立即停止，不会耽误接通。', sayPosition: '排队位置', sayWait: '预计等待时间', box: '留言信箱', boxNote: '转到“留言信箱 {number}”的来电会听到这里的问候语，然后留言。', boxNoteNew: '留言信箱的号码就是分组编号。转到信箱的来电会听到这里的问候语，然后留言。', numberHint: '2 到 8 位数字。', boxGreeting: '问候语', boxGreetingShipped: '系统自带：请在提示音后留言', boxLongest: '最长留言（秒）', comfort: '安抚语', comfortNone: '不播放', comfortBusy: '坐席仍在忙碌中，感谢耐心等待', comfortHold: '坐席正忙，请稍候',
    sayWaitHint: '按本组最近的处理时长和在岗人数估算。', exit: '按键离开', exitOff: '不提供', exitKey: '按 {key} 键', exitHint: '播报时会告诉客户按哪个键可以离开队列。', exitTo: '按键后转到',
    maxWait: '最长排队（秒，0 为不限）', hours: '营业时间', always: '全天开放', hoursHint: '在“营业时间”中建立时间表；节假日和调休自动计算。', closedTo: '非营业时间', nobodyTo: '没有人签入', breaksTo: '全部小休', fullTo: '排队人数已满', waitTo: '等待超时',
    nobodyHint: '本组没有任何成员签入时。', breaksHint: '有成员签入，但都在小休时；正在通话的不算小休。', fullLength: '已有多少人排队时（0 为不限）', waitHint: '等到“最长排队”时间仍未接通时。', closedHint: '不填写语音时，自动播放非工作时间或节假日提示。',
    stay: '继续等待', goTo: '转到', overflowNote: '每一种情况可以去不同的地方，转出的来电保留已经等待的时间，并逐项计数。', areas: '负责地区', areasHint: '省市名或号码开头，如 山东,0531',
    todayOverflow: '今日溢出', announceOn: '等待时定时播报', numberPriorityHint: '打这个号码进来的客户，在分组的优先级上再加几级。', musicDefault: '默认音乐',
  },
  queuePrompt: { fitting: '按情况播放提示', 'no-agent': '无人接听，请稍后再拨', 'after-hours': '现在是非工作时间', holiday: '节假日暂停服务', 'line-busy': '正在通话中', goodbye: '感谢来电，再见' },
  hours: {
    note: '什么时候有人接电话', plans: '时间表', add: '新增时间表', edit: '编辑时间表', name: '名称', none: '还没有时间表', noneText: '建立一张时间表，再在服务分组或接入号码中选用它；没有选用的全天开放。', open: '营业中', closed: '休息中', holiday: '节假日休息', until: '到 {time}', usedBy: '用于', unused: '尚未使用', remove: '删除时间表', removeText: '将删除“{name}”。',
    week: '每周', holidays: '法定节假日', makeup: '调休上班日', makeupHint: '周末调为上班的日子', holidayHint: '不填为休息', rest: '休息', addSpan: '添加时段', removeSpan: '移除时段', toAll: '套用到周一至周五', nextDay: '次日', from: '开始时间', to: '结束时间',
    calendar: '节假日日历', today: '今天', load: '载入 {year} 年国务院安排', loaded: '已载入', unknownYear: '{year} 年的放假安排尚未包含在本版本中，公布后请升级或自行设置。', day: '设置 {day}', kind: '这一天是', dayName: '名称', dayNameHint: '如 公司年会', previous: '上个月', next: '下个月',
  },
  dayKind: { ordinary: '按星期', holiday: '节假日', workday: '调休上班', closed: '公司停业' },
  dayMark: { holiday: '休', workday: '班', closed: '停' },
  weekday: { d0: '周一', d1: '周二', d2: '周三', d3: '周四', d4: '周五', d5: '周六', d6: '周日' },
  move: { title: '调整 {name} 的分组', menu: '调整分组', hint: '立即生效；正在进行的通话不受影响。', none: '不在任何分组中，不会再派来电。', level: '级别', done: '已调整分组' },
} as const

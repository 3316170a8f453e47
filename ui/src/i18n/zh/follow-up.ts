// Callers who were not served: lost calls, messages, promised calls.
export default {
  followUp: {
    rules: '回拨规则', rulesHint: '预约回呼的客户保留排队位置；轮到时先接通坐席的话机，再拨打客户。', lowMark: '低分评价：不高于（分）', lowMarkHint: '客户评价不高于这个分数时自动生成待办，外呼联系上客户后自动销单；0 表示不生成。', tries_: '每位客户最多拨打（次）', intervalMin: '两次拨打间隔（分钟）', lastsH: '预约超过多久不再拨打（小时）', openH: '每天几点开始拨打', closeH: '每天几点停止拨打',
    menu: '漏话与留言',
    note: '没有接通的客户、留言、预约回呼和低分评价，按号码合并；与客户通上话后自动销单', waiting: '{n} 件无人领取', overdue: '有留言超过 10 分钟无人收听',
    tabAll: '全部', tabLost: '漏话', tabMessage: '留言', tabCallback: '预约回呼', tabRefused: '已拦截', open: '待处理', mine: '我领取的', over: '已处理', number: '号码（至少后 4 位）', anyReason: '全部原因', anyQueue: '全部分组',
    caller: '客户', last: '最近来电', what: '事由', times: '{n} 次', first: '首次 {time}', longest: '最长等待', queue: '服务分组', state: '处理情况', ownBox: '{name} 的留言箱', unheard: '{n} 条未听', messages: '留言 {n} 条', callbacks: '预约回呼',
    nobody: '无人领取', claimedBy: '{name} 已领取', youClaimed: '您已领取', tries: '回拨 {n} 次未通', lastTry: '最近 {time} {outcome}', reachedBy: '{name} {time} 已与客户通话', reached: '{time} 已与客户通话',
    call: '回拨', claim: '领取', release: '退回', assign: '指派', assignTo: '指派给谁', done: '处理完毕', reopen: '重新打开', signIn: '签入话机后即可回拨', noNumber: '客户没有显示号码，无法回拨', claimedHint: '{name} 正在处理',
    empty: '没有待处理的漏话和留言', emptyText: '没有接通的来电会自动出现在这里，接通或回拨后自动消失。', emptyOver: '还没有处理过的记录', emptyOverText: '在这里处理完毕的，或与客户通上话的，都会留在这里备查。', emptyRefused: '还没有拦截过来电', emptyRefusedText: '被黑名单拒接的来电会出现在这里。',
    title: '处理', story: '来电经过', closeTitle: '处理结果', remark: '说明', remarkHint: '客户要什么？怎么处理的？', remarkNeeded: '没有回拨记录时请写明情况', submit: '完成', 
    waited: '等待 {time}', heardBy: '{name} 已听 {time}', notHeard: '未听', recordingLater: '留言正在整理',
  },
  followResult: { called_back: '已回拨解决', unreachable: '多次联系不上', no_need: '无需回拨', wrong_number: '号码有误', handled_otherwise: '其他方式已处理', invalid: '无效（骚扰、误拨）', reached: '已通话' },
  followKind: { lost: '漏话', message: '留言', callback: '预约回呼', low_mark: '低分评价', try: '回拨未通', reached: '已通话' },
} as const

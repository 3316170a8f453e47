export default {
  settings: {
    title: '公司设置', note: '修改后立即生效', company: '公司', companyHint: '显示在页面上方和通知里。', zoneHint: '所有时间按此时区显示；当日统计从这里的零点重新开始。', language: '默认语言', languageHint: '来电提示音和新建人员使用的语言。',
    breaks: '小休原因', breaksText: '坐席置忙时选择，按这里的顺序显示。超过时限会在监控页标红；停用的原因仍保留在历史记录里。', nameZh: '中文名称', nameEn: '英文名称', limit: '时限（分钟，0 不限）', addBreak: '新增原因',
    parking: '通话停泊', parkingText: '坐席可停泊通话（页面按钮或话机 *70），任何话机拨 *71 加停泊位号码即可取回。', slots: '停泊位数量', slotsHint: '最多同时停泊的通话数。调小后，已停在较大号码上的通话仍可取回。', parkBack: '回振时间（秒）', parkBackHint: '到时无人取回，就振铃停泊它的坐席。对之后停泊的通话生效。',
    wrapUp: '话后整理', wrapUpText: '通话结束后留给坐席填写的时间，期间不派来电。呼入通话的时长在各服务分组里设置。', afterOut: '外呼后的整理时间（秒）', afterOutHint: '坐席拨打外线且接通后才有；0 表示没有。同事之间的通话没有。', prolong: '可延长次数', prolongHint: '每次整理中坐席可延长几次，每次一分钟（按钮或 F7）。0 表示不可延长。',
  },
  urlPop: {
    title: '网址弹屏', text: '坐席接电话时，打开客户系统、工单系统等外部页面，并带上这通电话的信息。', address: '网址', addressHint: '点击下面的名称插入占位符，打开时换成这通电话的值。不能看完整号码的坐席，网址里也是隐藏后的号码。留空则不显示按钮。',
    holder: { number: '客户号码', call_id: '通话编号', called: '被叫号码', queue: '服务分组号码', queue_name: '服务分组名称', agent: '坐席工号', customer_id: '客户编号' },
    wrong: { too_long: '太长', malformed: '不能有空格、反斜杠或看不见的字符', address_scheme: '须以 https:// 或 http:// 开头', address_host: 'https:// 之后须是服务器名称，不能含占位符或密码', address_holder: '没有这个占位符，或者括号不完整' },
    nameZh: '按钮名称（中文）', nameEn: '按钮名称（英文）', opens: '何时打开', when: { button: '点击按钮', ring: '振铃时自动', answer: '接听后自动' }, opensHint: '始终使用同一个窗口，下一通电话替换上一页。浏览器须允许本站弹出窗口，否则按钮上会提示。',
    newTab: '每次打开新标签页', newTabHint: '关闭时，所有通话共用一个窗口。', try: '用示例数据试一试', sampleQueue: '售后服务', blocked: '浏览器拦截了窗口，请允许本站弹出窗口后再试。',
  },
} as const

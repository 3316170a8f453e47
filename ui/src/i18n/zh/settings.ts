export default {
  settings: {
    title: '公司设置', note: '修改后立即生效', company: '公司', companyHint: '显示在页面上方和通知里。', zoneHint: '所有时间按此时区显示；当日统计从这里的零点重新开始。', language: '默认语言', languageHint: '来电提示音和新建人员使用的语言。',
    breaks: '小休原因', breaksText: '坐席置忙时选择，按这里的顺序显示。超过时限会在监控页标红；停用的原因仍保留在历史记录里。', nameZh: '中文名称', nameEn: '英文名称', limit: '时限（分钟，0 不限）', addBreak: '新增原因',
    parking: '通话停泊', parkingText: '坐席可停泊通话（页面按钮或话机 *70），任何话机拨 *71 加停泊位号码即可取回。', slots: '停泊位数量', slotsHint: '最多同时停泊的通话数。调小后，已停在较大号码上的通话仍可取回。', parkBack: '回振时间（秒）', parkBackHint: '到时无人取回，就振铃停泊它的坐席。对之后停泊的通话生效。',
    wrapUp: '话后整理', wrapUpText: '通话结束后留给坐席填写的时间，期间不派来电。呼入通话的时长在各服务分组里设置。', afterOut: '外呼后的整理时间（秒）', afterOutHint: '坐席拨打外线且接通后才有；0 表示没有。同事之间的通话没有。', prolong: '可延长次数', prolongHint: '每次整理中坐席可延长几次，每次一分钟（按钮或 F7）。0 表示不可延长。',
  },
} as const

// The fields that the audit log speaks of.
export default {
  auditField: {
    name: '名称', number: '号码', role: '角色', department_id: '部门编号', extension_id: '分机编号', extension: '分机', person_id: '人员编号', group_id: '分机组编号', parent_id: '上级编号', queue_id: '分组编号', trunk_id: '中继编号', trunk_ids: '中继编号',
    plan_id: '时间表编号', flow_id: '流程编号', survey_flow_id: '评价流程编号', customer_id: '客户编号', category_id: '分类编号', owner_id: '所属人编号', language: '语言', active: '启用', must_change_password: '须修改密码', mobile: '手机', email: '邮箱',
    title: '标题或职务', team: '工作组', skills: '技能', exceptions: '个人例外', created_at: '创建时间', updated_at: '更新时间', expires_at: '有效期至', revoked_at: '作废时间', kind: '类型', level: '级别', vip: 'VIP', note: '备注', phones: '电话',
    vehicles: '车辆', reason: '原因', prefix: '按开头匹配', strategy: '分配方式', members: '成员', wrap_up_s: '话后整理（秒）', ring_s: '振铃时限（秒）', max_wait_s: '最长排队（秒）', service_level_s: '服务水平（秒）', music: '等待音乐', priority: '优先级',
    policy: '分组策略', destination: '去向', closed_to: '下班去向', host: '运营商地址', match: '允许来自', username: '用户名', register: '向对方注册', capacity: '容量', numbering: '号码格式', endpoint: '线路代号', spans: '时间段', day: '日期', official: '国务院安排',
    classes: '号码种类', position: '次序', rule: '规则', minutes_a_day: '每日分钟', fen_a_day: '每日话费（分）', at_once: '同时通话', at_night: '限拨时段可拨', shown: '外显号码', tones: '进出提示音', base: '基于角色', grants: '权限', value: '内容', text: '文字',
    state: '状态', result: '处理结果', claimed_by: '领取人编号', over: '已处理', settings: '设置', alarms_from: '告警级别', severity: '级别', count: '次数', window_s: '时间窗（秒）', quiet_s: '静默（秒）', audience: '发给', manner: '方式', due_at: '发送时间',
    version: '版本', name_zh: '中文名称', name_en: '英文名称', limit_s: '时限（秒）', make: '话机品牌', mac: 'MAC 地址', dnd: '免打扰', always: '总是转移', busy: '忙时转移', no_answer: '无人接听转移', no_answer_s: '无人接听等待（秒）', unreachable: '话机离线转移',
    closed: '下班时间转移', box_greeting: '留言问候语', auto_answer: '自动接听', slots: '停泊位', back_s: '回铃（秒）', after_out_s: '外呼后整理（秒）', prolong: '可延长次数', area_code: '本地区号', forbidden: '禁拨开头', tariffs: '资费', id: '编号', rows: '行数', file: '文件', content: '内容', address: '地址',
  },
} as const

export default {
  device: {
    title: '电话设置', devices: '声音设备', phone: '接听与签入', keys: '快捷键与功能码', microphone: '麦克风', speaker: '通话声音', ringer: '来电铃声', volume: '铃声音量', system: '系统默认', try: '试听',
    note: '只对这台电脑的这个浏览器生效。可以让铃声从音箱播放，通话走耳麦。', noOutput: '这个浏览器不能选择输出设备，声音从系统默认设备播放。',
    autoAnswer: '自动接听', autoAnswerText: '来电先响一声提示音，然后自动接通', pin: '话机密码', pinText: '4 到 8 位数字。在任意桌面话机上拨 *50 签入时使用。', pinNone: '未设置', pinNew: '已设置，可输入新密码', pinSet: '话机密码已保存', pinGone: '话机密码已删除', pinRemove: '删除', pinRemoveText: '删除后不能再用话机按键签入，直到重新设置。',
    hotKeys: '键盘', codes: '话机功能码', follows: '+ 号码', outside: '外线或手机', outsideText: '来电转拨到您的手机，按 1 接听', outsideNumber: '手机或座机号码', outsideHint: '每通来电都会呼叫这个号码；按 1 确认后才接通，语音信箱不会误接。', station: '在其他分机上签入', stationHint: '留空即使用自己的分机 {extension}', atStation: '在 {station}', recent: '最近拨出', noRecent: '还没有拨出记录',
  },
  hotKey: { F2: '接听 / 挂断', F4: '保持 / 取回', F6: '静音 / 取消静音', F7: '话后整理延长一分钟', F8: '转接、咨询、会议', F9: '置闲 / 完成话后整理' },
  featureCode: {
    sign_in: '签入（工号 + 话机密码）', sign_out: '签出', ready: '置闲', break: '示忙，后加原因序号', state: '播报当前状态', redial: '重拨', pick_up: '代答同组来电，后加分机为指定代答', grab: '抢接等待的客户：单独拨为等待最久者，后加序号或来电号码后几位为指定客户', try_flow: '试拨语音流程草稿，后加流程编号（见流程页）', park: '停泊保持中的通话，播报停泊位', fetch: '取回停泊的通话，后加停泊位', own_box: '听取本人留言（已设话机密码则需输入）：1 重听，2 下一条，3 标记已处理，# 结束', listen: '监听', whisper: '密语', barge: '强插',
  },
} as const

export default {
  guide: {
    title: '开通向导', note: '从空白系统到接通第一个电话，大约十五分钟。已填的内容随时保存，可以改天继续。', isDone: '已完成', finish: '完成，进入监控', later: '先收起向导', saveNext: '保存并继续', next: '下一步', skip: '跳过', there: '已有',
    step: { departments: '部门', people: '人员与分机', line: '电话线路', hotline: '号码与语音菜单', test: '测试来电' },
    about: { departments: '公司有哪些部门', people: '坐席的工号、分机和密码', line: '连接运营商或语音网关', hotline: '客户拨打的号码，接通后听到什么', test: '接一个真实的来电，检查录音' },
    departments: { text: '部门用来归类人员和统计，以后可以调整。', usual: '常用：', name: '部门名称', add: '再加一个部门' },
    usualKind: { dealer: '汽车经销商', shop: '零售商家', office: '一般公司' },
    usualNames: { dealer: '客服中心/销售部/售后服务部/配件部', shop: '客服中心/门店/仓储物流', office: '客服中心/业务部/行政部' },
    people: {
      text: '每个人会得到一个与工号相同的分机和初始密码，第一次登录时要求修改。人多时可以从 Excel 导入。', number: '工号', name: '姓名', role: '角色', password: '初始密码', secret: '话机密码（SIP）', yours: '不变', once: '密码只显示这一次，请打印或抄下来交给本人。浏览器接听不需要话机密码。',
      print: '打印', add: '再加一人', import: '从 Excel 导入', me: '我自己也接电话（为 {number} 建立分机）', save: '建立人员',
    },
    line: {
      text: '选择与您的线路最接近的一种，按运营商开通单填写。保存后立即检测，几秒内显示结果和原因。', save: '保存并检测', none: '还没有线路，先跳过', more: '来电地址与号码格式（一般不用改）', user: '开通单上的用户名、鉴权账号或电话号码。',
      kind: { ims: '运营商 SIP 线路（IMS）', cloud: '网络电话服务商', peer: '运营商专线（按 IP 对接）', digital: '数字中继网关', analogue: '模拟线网关' },
      about: { ims: '电信、联通、移动的固话语音专线，凭账号和密码注册', cloud: '经互联网的 SIP 线路，凭账号和密码注册', peer: '双方互认 IP 地址，不需要账号', digital: 'E1/PRI 数字线接在网关上：三汇、鼎信、迅时、潮流等', analogue: '电话局的普通电话线接在网关上：鼎信、迅时、朗视、潮流等' },
      host: { register: '注册服务器的地址，端口不是 5060 时写成 地址:端口。', peer: '对方设备的地址，端口不是 5060 时写成 地址:端口。请在对方设备上把本机地址设为 SIP 对端。' },
    },
    hotline: {
      text: '设定客户拨打的号码、听到的菜单、由谁接听和营业时间。做好后都可以在各自的页面里修改。', number: '客户拨打的号码', numberHint: '与线路送来的被叫号码一致，固话带区号。', trunk: '从哪条线路进来', anyTrunk: '任何线路', heard: '接通后', menu: '欢迎语，然后按键选择', single: '欢迎语，然后直接转人工',
      otherNames: '自带的菜单提示音说的仍是“销售咨询”和“售后服务”。完成这一步后，请到“提示音 → 自带”里把它换成自己的录音。',
      menuHint: '客户听到：“销售咨询，请按一。售后服务，请按二。”以后可以在“提示音”里换成自己的录音。', singleHint: '客户听到欢迎语后进入排队。', group: '服务分组', members: '接听的人', nobody: '选择人员', sales: '销售咨询', service: '售后服务', oneName: '客户服务', always: '全天接听', holidays: '按国家节假日和调休安排', closed: '营业时间以外的来电会听到说明，并可以留言。', make: '建立热线',
    },
    test: {
      closed: '现在不在营业时间内：来电会听到说明并可以留言，您的话机不会振铃。要在此刻完整测试，请先临时延长今天的营业时间。',
      text: '点击“测试来电”，系统会像客户一样拨打您的热线。请先在页面上方选择“本机”签入并置闲，听到振铃后接听，说几句话，再挂断。', noExtension: '您还没有分机。请回到“人员与分机”，勾选“我自己也接电话”。', noNumber: '还没有可以拨打的号码，请先完成上一步。', key: '听完菜单后按', noKey: '不按', start: '测试来电', end: '来电方挂断', open: '查看这次通话',
      state: { calling: '正在拨打', connected: '已接通', ended: '已结束', failed: '没有打通' },
      mark: { signedIn: '您已签入并置闲', greeting: '来电方听到了欢迎语', rang: '您的话机振铃', talked: '您已接听', heardYou: '来电方听到了您的声音', recorded: '录音已保存' },
      hint: { signedIn: '在页面上方签入“本机”，然后点“置闲”', greeting: '拨打后几秒内', rang: '按键之后，分组里空闲最久的人先振铃', talked: '点击“接听”', heardYou: '接听后请说几句话', recorded: '挂断后几秒内' },
    },
  },
  testCause: {
    no_switch: '交换机没有回应，请到系统状态中查看', no_answer: '没有接通', normal: '正常挂断', cancelled: '已取消', busy: '忙', unavailable: '暂时不可用', not_found: '号码不存在', rejected: '被拒绝', forbidden: '被拒绝', congestion: '线路拥塞', no_reply: '没有回应', failed: '失败',
  },
} as const

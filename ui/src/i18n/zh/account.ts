export default {
  account: {
    title: '账号安全', sessions: '登录中的设备', sessionsText: '不认识的设备请立即退出，并修改密码。', here: '当前', seen: '最近活动 {at}', end: '退出', ended: '已退出', locked: '已锁定', lockedUntil: '密码多次错误，{at} 前不能登录', unlock: '解锁', unlocked: '已解锁，可以立即登录', nowhere: '没有登录中的设备', unknownBrowser: '未知设备',
    factor: '两步验证', factorText: '登录时除密码外，再输入手机身份验证器上的 6 位验证码。', factorDue: '您的角色必须启用两步验证，完成后才能继续使用。', factorBegin: '开始设置', factorAnew: '更换手机', factorOn: '启用', factorOff: '停用', factorEnded: '两步验证已停用', qr: '二维码',
    scan: '用身份验证器（如 Microsoft Authenticator、Google Authenticator、腾讯身份验证器）扫描二维码，或手工输入密钥：', firstCode: '验证器显示的 6 位验证码', code: '验证码或恢复码', oldCode: '原来的验证码或恢复码', codesOnce: '请保存这些恢复码，只显示这一次。手机丢失时，每个恢复码可以登录一次。', codesLeft: '还剩 {n} 个恢复码',
    dropFactor: '重置两步验证', dropFactorText: '“{name}”将只用密码登录，直到重新设置。请先确认是本人提出。', makeLink: '生成重设密码链接', linkTitle: '重设密码链接', link: '链接', linkText: '24 小时内有效，只能使用一次。请交给本人。', reset: '设置新密码', loginCode: '验证码', loginCodeHint: '身份验证器上的 6 位数字，或一个恢复码',
  },
  access: {
    title: '登录与密钥', note: '密码要求、两步验证、统一登录和外部系统的接口密钥', policy: '登录要求', shortest: '密码最短（位）', shortestHint: '长密码比复杂密码更安全。', kinds: '至少几种字符', kindsHint: '大写、小写、数字、符号中的几种。', history: '不能与最近几个密码相同', historyHint: '0 表示不限制。', days: '密码有效期（天）', daysHint: '到期后登录时要求修改；0 表示不过期。',
    factorRoles: '必须使用两步验证的角色', factorRolesHint: '这些角色的人在下一次操作时会被要求设置。建议管理员必须使用。', nobody: '不要求', keys: '接口密钥', keysNote: '外部系统（如 CRM）凭密钥调用接口，例如点击外呼', newKey: '新建密钥', noKeys: '还没有密钥', hint: '开头', rights: '权限', rightsHint: '只能给出您自己拥有的权限；您的权限减少时，密钥也随之减少。', owner: '创建人',
    lastUsed: '最近使用', revoke: '作废', revoked: '已作废', expired: '已过期', revokeText: '“{name}”作废后立即不能使用，不能恢复。', key: '密钥', nameHint: '例如 CRM 点击外呼', until: '有效期至', forever: '长期有效',
  },
} as const

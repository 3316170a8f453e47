export default {
  outside: {
    title: '统一登录', oidc: '统一登录（OpenID Connect）', oidcText: '登录页会出现一个按钮，员工用公司账号（如 Keycloak、Authing、Microsoft Entra）登录，不再需要单独的密码。', issuer: '签发者地址', issuerHint: '身份提供方给出的 Issuer 地址，其余地址会自动读取。',
    label: '按钮上的名称', labelHint: '登录页显示为“使用……登录”。', labelExample: '例如 集团账号', clientId: '客户端 ID', clientSecret: '客户端密钥', claim: '对应人员的字段', claimHint: '身份提供方返回的字段，例如 preferred_username 或 email。', finds: '与人员的哪一项比对', byNumber: '工号', byEmail: '邮箱',
    pageUrl: '本系统的地址', pageUrlHint: '员工在浏览器中打开的地址。请在身份提供方登记回调地址：', scopes: '范围', scopesHint: '多数服务商加上 offline_access 后才发放刷新令牌，用于核对已登录的人员。', ca: '证书机构（可选）', caHint: '对方使用公司内部签发的证书时，粘贴签发机构的 PEM 证书。', try: '测试连接',
    ldap: 'LDAP / AD 目录', ldapText: '员工仍在登录页输入工号和密码，密码由公司的目录服务核对。', host: '服务器', port: '端口', security: '加密', plain: '不加密', plainText: '不加密时，密码会以明文经过网络。仅在确认网络可信时使用。',
    bindDn: '查询账号（DN）', bindDnHint: '只需要读取权限。目录允许匿名查询时留空。', bindSecret: '查询账号的密码', base: '人员所在的位置（Base DN）', attribute: '工号所在的属性', attributeHint: 'OpenLDAP 通常是 uid，Active Directory 通常是 sAMAccountName 或 employeeNumber。', filter: '筛选条件（可选）', filterHint: '只有符合条件的人员可以登录。',
    newcomers: '首次登录时自动建立人员', newcomersText: '公司账号通过验证、但这里还没有对应人员时，自动新建人员并直接登录。工号、姓名和邮箱取自公司账号，分机和服务分组仍需在这里分配。', newcomersRole: '新人员的角色', newcomersDepartment: '新人员的部门', recheck: '核对已登录的人员', minutes: '分钟一次', recheckHint: '定期向目录和单点登录服务核对：已被停用或移除的账号退出登录（单点登录者通话中的，待通话结束）。填 0 表示不核对。对方无法连接时不影响任何人。',
    sampleNumber: '试一个工号（可选）', samplePassword: '及其密码（可选）', own: '本系统自己的密码', ownAll: '所有人可用', ownAdmins: '仅管理员可用', ownHint: '管理员始终可以用自己的密码登录，以便在公司的登录服务中断时进入系统。',
  },
  refused: {
    provider_off: '统一登录没有启用，请用工号和密码登录。', provider_failed: '公司的统一登录暂时不可用，请稍后再试，或用工号和密码登录。', provider_again: '登录时间过长或页面已失效，请重新登录。', provider_denied: '统一登录没有完成。', nobody_here: '公司账号没有对应到这里的人员，请联系管理员。', person_inactive: '您的账号已停用，请联系管理员。',
  },
  loginWay: { ldap: 'LDAP', oidc: '统一登录' },
  password: { length: '至少 {n} 个字符', kinds: '大写、小写、数字、符号中至少 {n} 种', guess: '不是常见密码、连续按键或工号', met: '已符合' },
} as const

export default {
  handset: {
    title: '分机 {number} 的话机', column: '话机', set: '话机', note: '话机从一个一次性地址自动下载账号和密码，不用手工输入。手机软电话扫码即可。', make: '品牌', desk: '桌面话机', soft: '手机软电话', mac: 'MAC 地址', macHint: '印在话机底部的标签上，12 位字母和数字。',
    open: '生成配置地址', openCode: '生成二维码', once: '地址只显示这一次，7 天内有效；话机下载后 10 分钟自动失效。', codeOnce: '二维码只显示这一次，含有登录信息，请勿转发。', qr: '软电话配置二维码', restart: '保存后重启话机。它会自动下载 {file} 并注册。',
    trust: '如果服务器使用自签证书，请在话机上关闭“仅信任受信证书”，或改用下面的文件在话机网页上导入。', file: '下载配置文件', alone: '服务器目前只在本机监听，话机无法访问这个地址。请用 ./yingda up --host 指定网卡地址后重新生成，或下载文件导入话机。', remove: '移除话机', removeText: '配置地址立即失效。话机已经下载的账号仍可使用，直到重设分机的 SIP 密码。',
    again: '让该分机的话机自动取得新密码', taken: '{at} 由 {from} 下载', openUntil: '有效至 {at}', lateText: '地址已过期，请重新生成',
  },
  handsetMake: { yealink: '亿联 Yealink', fanvil: '方位 Fanvil', grandstream: '潮流网络 Grandstream', linphone: 'Linphone', wave: 'Grandstream Wave' },
  handsetState: { taken: '已下载', open: '等待下载', late: '已过期' },
  handsetStep: {
    yealink: '打开话机网页，进入“设置 → 自动部署”，把上面的地址填入“服务器 URL”，点“立即自动部署”。', fanvil: '打开话机网页，进入“系统 → 自动部署 → 静态部署服务器”，填入上面的地址，协议选 HTTPS，升级模式选“重启后升级”。', grandstream: '打开话机网页，进入“维护 → 升级和部署”，协议选 HTTPS，把地址中 https:// 之后的部分填入“配置服务器路径”。',
    linphone: '在 Linphone 的助手中选择“扫描二维码”，对准左侧的二维码。', wave: '在 Wave 中选择“设置 → 账号 → 添加 → UCM 账号（扫码）”，对准左侧的二维码。',
  },
} as const

export default {
  form: { several: '{n} 项', theirs: '其他人刚改为：{value}', othersChanged: '其他人刚刚修改了这条记录，已并入他的修改；您填写的内容都还在。请核对后再次保存。', bothChanged: '其他人刚刚也改了下面标出的内容。您填写的都还在，再次保存将以您的为准。' },
  scope: { none: '无', own: '本人', group: '本工作组', department: '本部门及下级', all: '全部', granted: '有' },
  rightArea: { work: '坐席与通话', customers: '客户与号码', people: '组织、数据与日志', system: '系统' },
  org: {
    numberForm: '1 到 20 位字母、数字、- 或 _', numberTaken: '编号已被占用', mobileForm: '请填写有效的电话号码', emailForm: '请填写有效的邮箱地址', departmentForm: '1 到 16 位字母或数字',
    allDepartments: '全部部门', findPerson: '工号、姓名、拼音、分机、手机', exceptions: '例外 {n}', exceptionsNote: '有单独增减的权限', mobile: '手机', email: '邮箱', title: '职务', team: '工作组', skills: '技能', skillsHint: '输入后回车添加',
    teamHint: '同一工作组的人员，可由权限范围为“本工作组”的班长查看。', rights: '权限', rightsOf: '{name} 的权限', rightsHint: '默认权限来自角色“{role}”。在这里可以为本人单独增减，标黄的是例外，保存后立即生效。', adminHasAll: '管理员拥有全部权限，不能单独增减。如需限制，请先更换角色。', asRole: '随角色（{scope}）',
    archivePerson: '归档 {name}', archiveTalking: '{name} 正在通话。归档后无法再登录，正在进行的通话不会被挂断。', archiveAtWork: '{name} 正在工作。归档后会立即退出登录，不再接到来电。', personArchived: '{name} 已归档', personBack: '{name} 已恢复',
    departmentsNote: '部门决定班长和主管能看到谁的数据', newDepartment: '新增部门', editDepartment: '编辑部门', departmentNumber: '部门编号', parent: '上级部门', topLevel: '最上级', addBelow: '新增下级', noDepartments: '还没有部门', noDepartmentsText: '先建立公司的部门，再把人员分进去。', dragHint: '拖动可调整上下级；也可点“编辑”选择上级部门。',
    moved: '{name} 已移到“{to}”下', departmentArchived: '{name} 已归档', departmentBack: '{name} 已恢复', staffOf: '本部门 {here} 人，含下级共 {all} 人', noStaff: '本部门还没有人员', noStaffText: '在“人员”中把人员分到这个部门。',
    rolesNote: '谁能做什么、能看到谁的数据', newRole: '新角色', copyOf: '{name} 副本', copyRole: '复制为新角色', roleName: '角色名称', roleNote: '说明', builtIn: '内置角色不能修改。复制为新角色后，可以按需要调整。', scopeHint: '范围说明这项权限能触及谁的数据。', baseHint: '以后升级带来的新权限，按“{role}”的默认值处理。', roleArchived: '角色“{name}”已归档', roleBack: '角色“{name}”已恢复',
    export: '导出', import: '从 Excel 导入人员', importShort: '导入', chooseFile: '选择文件', template: '下载模板', importHint: '支持 xlsx、xls、csv。选择文件后先检查，不会写入；确认后再导入。还没有的分机会自动建立。导入的人员还没有密码：在“人员”里勾选他们，点“生成新密码”。', imported: '已导入 {n} 人', goodRows: '{all} 行中 {n} 行可以导入', faults: '{n} 处有误',
    columns: '识别的列：{names}。', ignored: '未使用的列：{names}。', comma: '、', row: '行', column: '列', content: '内容', reason: '原因', photo: '照片', photoAdd: '上传照片', photoChange: '更换照片', photoHint: '同事在通讯录中能看到。自动裁成方形并缩小。', photoWrong: '无法读取这张图片，请选择 JPEG、PNG 或 WebP。', mapping: '列的对应关系', mappingHint: '每列对应哪个字段；不用的列选“不导入”。', unused: '不导入', sample: '如 {value}', failedFile: '下载出错的行', takeGood: '只导入正确的 {n} 行', takeAll: '导入 {n} 人',
    chosen: '已选 {n} 人', toDepartment: '改部门', toRole: '改角色', toQueue: '加入分组', fromQueue: '移出分组', bulkDone: '已修改 {n} 人', newPasswordsShort: '生成新密码', newPasswords: '为 {n} 人生成新密码', newPasswordsText: '新密码只显示一次，请分发给本人。已登录的人会被退出，下次登录时要求自己设定密码。', archiveMany: '归档 {n} 人', archiveManyText: '其中 {n} 人正在工作，会立即退出登录，不再接到来电；正在进行的通话不会被挂断。', reveal: '查看完整号码（会被记录）',
  },
  importField: { number: '工号', name: '姓名', role: '角色', department: '部门', extension: '分机', extension_group: '分机组', mobile: '手机', email: '邮箱', title: '职务', team: '工作组', skills: '技能' },
} as const

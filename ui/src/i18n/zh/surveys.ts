export default {
  surveys: {
    title: '满意度评价', note: '通话后按键或通过短信链接评价的结果', byLink: '短信链接', links: '短信链接设置', linksHint: '客户先挂机、没有听到评价提问时，向其手机发送评价链接。由各服务分组决定是否发送。', linkChannel: '短信通道', linkNone: '不发送', linkPage: '网页地址', linkPageHint: '客户手机能打开的地址，例如 https://call.example.cn', asked: '听到提问', answered: '已评价', share: '评价率', mean: '平均分', spread: '分布', figures: '统计', answers: '评价明细', low: '只看 {n} 分及以下', mark: '评分', question: '问题', noAnswer: '未评', nobody: '未指定',
    none: '这段时间没有评价', noneText: '在服务分组里选择评价流程后，坐席挂机时客户会听到提问。',
  },
  surveysBy: { agent: '坐席', queue: '分组', day: '日期', question: '问题' },
} as const

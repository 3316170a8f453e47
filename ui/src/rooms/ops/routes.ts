import type { RouteRecordRaw } from 'vue-router'

export const opsRoutes: RouteRecordRaw[] = [
  { path: 'ops/notices', component: () => import('./NoticesPage.vue'), meta: { title: 'ops.notices' } },
  { path: 'ops/alarms', component: () => import('./AlarmsPage.vue'), meta: { title: 'ops.alarms', needs: 'alarms.handle' } },
  { path: 'ops/channels', component: () => import('./ChannelsPage.vue'), meta: { title: 'ops.channels', needs: 'settings.edit' } },
  { path: 'ops/audit', component: () => import('./AuditPage.vue'), meta: { title: 'ops.audit', needs: 'audit.view' } },
  { path: 'ops/system', component: () => import('./SystemPage.vue'), meta: { title: 'system.title', needs: 'settings.edit' } },
  { path: 'ops/logs', component: () => import('./LogsPage.vue'), meta: { title: 'system.logs', needs: 'settings.edit' } },
]

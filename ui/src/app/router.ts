import { createRouter, createWebHistory, type Router } from 'vue-router'
import type { MessageKey } from '@/i18n'
import { opsRoutes } from '@/rooms/ops/routes'
import { orgRoutes } from '@/rooms/org/routes'
import { useSession } from './session'

declare module 'vue-router' {
  interface RouteMeta {
    title?: MessageKey
    /** Any one of these permissions opens the page. */
    needs?: string
    /** Leads on to the page where this person works. */
    home?: boolean
    open?: boolean
    /** Stays in front when a call rings. */
    stays?: boolean
  }
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/login', component: () => import('@/rooms/login/LoginPage.vue'), meta: { open: true } },
      { path: '/reset', component: () => import('@/rooms/account/ResetPage.vue'), meta: { open: true } },
      { path: '/setup', component: () => import('@/rooms/setup/SetupPage.vue'), meta: { open: true } },
      {
        path: '/',
        component: () => import('./frame/Frame.vue'),
        children: [
          // Not a redirect: that would be worked out before the guard below knows who is here.
          { path: '', component: () => import('./frame/NotFound.vue'), meta: { home: true } },
          { path: 'desk', component: () => import('@/rooms/agent-desktop/DeskPage.vue'), meta: { title: 'menu.desk', needs: 'agent.work' } },
          { path: 'board', component: () => import('@/rooms/board/BoardPage.vue'), meta: { title: 'menu.board', needs: 'live.watch' } },
          { path: 'calls', component: () => import('@/rooms/calls/CallsPage.vue'), meta: { title: 'menu.calls', needs: 'calls.view' } },
          { path: 'calls/:id', component: () => import('@/rooms/calls/CallPage.vue'), meta: { title: 'menu.call', needs: 'calls.view' } },
          { path: 'follow-ups', component: () => import('@/rooms/follow-up/FollowUpPage.vue'), meta: { title: 'followUp.menu', needs: 'follow_ups.work' } },
          { path: 'surveys', component: () => import('@/rooms/surveys/SurveysPage.vue'), meta: { title: 'surveys.title', needs: 'calls.view' } },
          { path: 'customers', component: () => import('@/rooms/customers/CustomersPage.vue'), meta: { title: 'menu.customers', needs: 'customers.view' } },
          { path: 'customers/new', component: () => import('@/rooms/customers/CustomerPage.vue'), meta: { title: 'menu.newCustomer', needs: 'customers.edit' } },
          { path: 'customers/:id', component: () => import('@/rooms/customers/CustomerPage.vue'), meta: { title: 'menu.customer', needs: 'customers.view' } },
          { path: 'directory', component: () => import('@/rooms/office/DirectoryPage.vue'), meta: { title: 'menu.directory' } },
          { path: 'admin/rooms', component: () => import('@/rooms/office/RoomsPage.vue'), meta: { title: 'menu.rooms', needs: 'extensions.edit' } },
          { path: 'admin/routes', component: () => import('@/rooms/office/RoutesPage.vue'), meta: { title: 'menu.routes', needs: 'trunks.edit' } },
          { path: 'admin/calling', component: () => import('@/rooms/office/CallingPage.vue'), meta: { title: 'menu.calling', needs: 'trunks.edit' } },
          { path: 'admin/guide', component: () => import('@/rooms/guide/GuidePage.vue'), meta: { title: 'menu.guide', needs: 'settings.edit', stays: true } },
          ...orgRoutes,
          { path: 'admin/extensions', component: () => import('@/rooms/admin/ExtensionsPage.vue'), meta: { title: 'menu.extensions', needs: 'extensions.edit' } },
          { path: 'admin/queues', component: () => import('@/rooms/admin/QueuesPage.vue'), meta: { title: 'menu.queues', needs: 'queues.edit' } },
          { path: 'admin/numbers', component: () => import('@/rooms/admin/NumbersPage.vue'), meta: { title: 'menu.numbers', needs: 'numbers.edit' } },
          { path: 'admin/callers', component: () => import('@/rooms/admin/CallersPage.vue'), meta: { title: 'menu.callers', needs: 'numbers.edit' } },
          { path: 'admin/hours', component: () => import('@/rooms/admin/HoursPage.vue'), meta: { title: 'menu.hours', needs: 'hours.edit' } },
          { path: 'admin/flows', component: () => import('@/rooms/flows/FlowsPage.vue'), meta: { title: 'menu.flows', needs: 'flows.edit' } },
          { path: 'admin/flows/:id', component: () => import('@/rooms/flows/FlowPage.vue'), meta: { title: 'menu.flow', needs: 'flows.edit' } },
          { path: 'admin/prompts', component: () => import('@/rooms/prompts/PromptsPage.vue'), meta: { title: 'menu.prompts', needs: 'prompts.edit' } },
          { path: 'admin/categories', component: () => import('@/rooms/settings/CategoriesPage.vue'), meta: { title: 'category.title', needs: 'settings.edit' } },
          { path: 'admin/trunks', component: () => import('@/rooms/admin/TrunksPage.vue'), meta: { title: 'menu.trunks', needs: 'trunks.edit' } },
          { path: 'admin/settings', component: () => import('@/rooms/settings/SettingsPage.vue'), meta: { title: 'settings.title', needs: 'settings.edit' } },
          { path: 'admin/access', component: () => import('@/rooms/account/AccessPage.vue'), meta: { title: 'access.title', needs: 'settings.edit' } },
          ...opsRoutes,
          { path: ':rest(.*)*', component: () => import('./frame/NotFound.vue') },
        ],
      },
    ],
  })

  function home(): string {
    const session = useSession()
    if (session.isAgent && session.person?.role === 'agent') return '/desk'
    if (session.can('live.watch')) return '/board'
    return session.isAgent ? '/desk' : '/calls'
  }

  router.beforeEach(async (to) => {
    if (to.meta.open) return true
    const session = useSession()
    let known = false
    try {
      known = await session.find()
    } catch {
      return { path: '/login', query: { next: to.fullPath, away: '1' } }
    }
    if (!known) return { path: '/login', query: to.path === '/' ? {} : { next: to.fullPath } }
    if (to.meta.home) return home()
    return to.meta.needs && !session.can(to.meta.needs) ? '/' : true
  })

  return router
}

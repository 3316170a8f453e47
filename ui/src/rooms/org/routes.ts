import type { RouteRecordRaw } from 'vue-router'

export const orgRoutes: RouteRecordRaw[] = [
  { path: 'admin/people', component: () => import('./PeoplePage.vue'), meta: { title: 'menu.people', needs: 'people.view' } },
  { path: 'admin/departments', component: () => import('./DepartmentsPage.vue'), meta: { title: 'menu.departments', needs: 'departments.edit' } },
  { path: 'admin/roles', component: () => import('./RolesPage.vue'), meta: { title: 'menu.roles', needs: 'roles.edit' } },
]

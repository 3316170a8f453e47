// The menu's entries of this room; shown to whom they are of use.
import { Building, KeyRound, Network, ShieldCheck, UserCog } from 'lucide-vue-next'
import type { Component } from 'vue'
import type { MessageKey } from '@/i18n'

export interface OrgEntry { to: string; icon: Component; text: MessageKey; needs: boolean }

export function orgEntries(can: (permission: string) => boolean): OrgEntry[] {
  return [
    { to: '/admin/people', icon: UserCog, text: 'menu.people', needs: can('people.view') },
    { to: '/admin/departments', icon: Network, text: 'menu.departments', needs: can('departments.edit') },
    { to: '/admin/roles', icon: ShieldCheck, text: 'menu.roles', needs: can('roles.edit') },
    { to: '/admin/settings', icon: Building, text: 'settings.title', needs: can('settings.edit') },
    { to: '/admin/access', icon: KeyRound, text: 'access.title', needs: can('settings.edit') },
  ]
}

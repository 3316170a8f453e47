// The menu's entries of this room; shown to whom they are of use.
import { BellRing, FileText, Megaphone, ScrollText, Send, Server } from 'lucide-vue-next'
import type { Component } from 'vue'
import type { MessageKey } from '@/i18n'

export interface OpsEntry { to: string; icon: Component; text: MessageKey; needs: boolean }

export function opsEntries(can: (permission: string) => boolean): OpsEntry[] {
  return [
    { to: '/ops/notices', icon: Megaphone, text: 'ops.notices', needs: true },
    { to: '/ops/alarms', icon: BellRing, text: 'ops.alarms', needs: can('alarms.handle') },
    { to: '/ops/channels', icon: Send, text: 'ops.channels', needs: can('settings.edit') },
    { to: '/ops/audit', icon: ScrollText, text: 'ops.audit', needs: can('audit.view') },
    { to: '/ops/system', icon: Server, text: 'system.title', needs: can('settings.edit') },
    { to: '/ops/logs', icon: FileText, text: 'system.logs', needs: can('settings.edit') },
  ]
}

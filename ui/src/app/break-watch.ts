// Whoever watches agents is told once when a break has become too long, on whatever page he is.
import { ElNotification } from 'element-plus'
import { watch } from 'vue'
import { useRouter } from 'vue-router'
import { t } from '@/i18n'
import { useNow } from '@/kit/ticker'
import { useLive } from '@/live/store'
import { useBreakReasons } from './break-reasons'
import { useSession } from './session'

/** What has lasted too long when the page opens is seen on the board; told is what becomes so from then on. */
export function watchBreaks(): void {
  const live = useLive()
  const session = useSession()
  const router = useRouter()
  const now = useNow()
  const { reasons, textOf, overdue } = useBreakReasons()
  const begun = now.value
  let told = new Set<string>()
  watch(() => Math.floor(now.value / 5_000), () => {
    if (!session.can('live.watch') || !live.ready || live.stale || !reasons.value.length) return
    const late = live.watched.filter((one) => one.id !== session.person?.id && one.state === 'on_break' && overdue(one.reason, one.since, now.value) && !overdue(one.reason, one.since, begun))
    const keys = new Set(late.map((one) => `${one.id} ${one.since}`))
    for (const one of late.filter((each) => !told.has(`${each.id} ${each.since}`))) {
      const said = ElNotification({
        type: 'warning', title: t('board.breakLong'), message: t('board.breakLongText', { who: `${one.number} ${one.name}`, reason: textOf(one.reason) }),
        duration: 15_000, position: 'bottom-right', customClass: 'break-long', onClick: () => { said.close(); void router.push('/board') },
      })
    }
    told = keys
  })
}

// What a new password must be, told while one types. The same rules as org/passwords.py; the server has the last word.
const LONGEST = 128
const COMMON = ['password', 'passw0rd', 'admin', 'yingda', 'welcome', 'iloveyou', 'woaini', 'qwerty', 'letmein']
const ROWS = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', '1qaz2wsx3edc4rfv']
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u]

export interface Rules { shortest: number; kinds: number }
export interface Judged { rule: 'length' | 'kinds' | 'guess'; met: boolean }

/** Each rule and whether the password keeps it. `number`: the person's own, which is no password. */
export function judged(password: string, rules: Rules, number = ''): Judged[] {
  const long = [...password].length
  const found: Judged[] = [{ rule: 'length', met: long >= rules.shortest && long <= LONGEST }]
  if (rules.kinds > 1) found.push({ rule: 'kinds', met: KINDS.filter((kind) => kind.test(password)).length >= rules.kinds })
  found.push({ rule: 'guess', met: long > 0 && !isGuessed(password.toLowerCase(), number.toLowerCase()) })
  return found
}

function isGuessed(low: string, number: string): boolean {
  const long = [...low].length
  if (new Set(low).size < 4 || (number && low.includes(number) && long < 12)) return true
  return COMMON.some((word) => low.includes(word) && long < word.length + 5) || inARow(low) * 2 > long
}

/** The longest run of neighbours of the keyboard or the alphabet, forwards or backwards; from four on. */
function inARow(low: string): number {
  let longest = 0
  for (const row of ROWS.flatMap((one) => [one, [...one].reverse().join('')])) {
    for (let from = 0; from < row.length; from += 1) {
      for (let to = row.length; to - from > Math.max(3, longest); to -= 1) if (low.includes(row.slice(from, to))) longest = to - from
    }
  }
  return longest
}

// Bytes in words.
export function size(bytes: number): string {
  const steps = ['B', 'KB', 'MB', 'GB', 'TB']
  let place = 0
  let left = bytes
  while (left >= 1000 && place < steps.length - 1) { left /= 1000; place += 1 }
  return `${left >= 100 || place === 0 ? left.toFixed(0) : left.toFixed(1)} ${steps[place]}`
}

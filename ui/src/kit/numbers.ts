// Telephone numbers as people read them. Masked digits (*) keep their place.

/** "8613812345678" → "138 1234 5678", "4008001000" → "400 800 1000"; what is not known stays as it is. */
export function pretty(number: string): string {
  const bare = number.replace(/^\+/, '')
  const mobile = /^(?:86)?(1[3-9*][\d*])([\d*]{4})([\d*]{4})$/.exec(bare)
  if (mobile) return `${mobile[1]} ${mobile[2]} ${mobile[3]}`
  const service = /^(?:86)?([48]00)(\d{3})(\d{4})$/.exec(bare)
  if (service) return `${service[1]} ${service[2]} ${service[3]}`
  const land = /^(?:86|0)(10|2\d|[3-9]\d{2})([\d*]{3,4})([\d*]{4})$/.exec(bare)
  if (land) return `0${land[1]} ${land[2]} ${land[3]}`
  return number
}

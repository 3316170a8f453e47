/** A picture file made small: a square of at most `side` pixels as JPEG, without what cameras write beside it (place, time). */
export async function smallPicture(file: File, side = 256): Promise<File> {
  const source = await createImageBitmap(file, { imageOrientation: 'from-image' })
  const edge = Math.min(source.width, source.height)
  const size = Math.min(side, edge)
  const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size })
  const context = canvas.getContext('2d')!
  context.fillStyle = '#fff'
  context.fillRect(0, 0, size, size)
  context.drawImage(source, (source.width - edge) / 2, (source.height - edge) / 2, edge, edge, 0, 0, size, size)
  source.close()
  const blob = await new Promise<Blob | null>((done) => { canvas.toBlob(done, 'image/jpeg', 0.86) })
  return new File([blob!], 'photo.jpg', { type: 'image/jpeg' })
}

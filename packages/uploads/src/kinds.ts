/** The kinds of files that are known by their first bytes. What is not here, SVG among it, is never taken. */
export type FileKind = 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'heic' | 'pdf' | 'mp4' | 'webm'

/** What a kind is to browsers. */
export interface KindFacts {
  family: 'image' | 'video' | 'document'
  /** The extension of every key of this kind. */
  extension: string
  /** The media type that it is served with. */
  type: string
  /** Other media types under which browsers send it. */
  aliases: readonly string[]
}

/** https://www.iana.org/assignments/media-types, and the aliases that browsers and phones are known to send. */
export const kinds: Record<FileKind, KindFacts> = {
  jpeg: {
    family: 'image',
    extension: 'jpg',
    type: 'image/jpeg',
    aliases: ['image/jpg', 'image/pjpeg'],
  },
  png: { family: 'image', extension: 'png', type: 'image/png', aliases: ['image/x-png'] },
  gif: { family: 'image', extension: 'gif', type: 'image/gif', aliases: [] },
  webp: { family: 'image', extension: 'webp', type: 'image/webp', aliases: [] },
  avif: { family: 'image', extension: 'avif', type: 'image/avif', aliases: [] },
  heic: {
    family: 'image',
    extension: 'heic',
    type: 'image/heic',
    aliases: ['image/heif', 'image/heic-sequence', 'image/heif-sequence'],
  },
  pdf: { family: 'document', extension: 'pdf', type: 'application/pdf', aliases: ['application/x-pdf'] },
  mp4: { family: 'video', extension: 'mp4', type: 'video/mp4', aliases: ['video/x-m4v'] },
  webm: { family: 'video', extension: 'webm', type: 'video/webm', aliases: [] },
}

const kindOfType = new Map(
  (Object.keys(kinds) as FileKind[]).flatMap((kind) =>
    [kinds[kind].type, ...kinds[kind].aliases].map((type) => [type, kind] as const),
  ),
)

const kindOfExtension = new Map(
  (Object.keys(kinds) as FileKind[]).map((kind) => [kinds[kind].extension, kind]),
)

/** The kind that a media type names, parameters and case ignored. */
export function kindNamed(mediaType: string): FileKind | undefined {
  return kindOfType.get(mediaType.split(';')[0]!.trim().toLowerCase())
}

/** The kind of a stored file, which its key says: keys are made here, from what was detected. */
export function kindOfKey(key: string): FileKind | undefined {
  return kindOfExtension.get(key.slice(key.lastIndexOf('.') + 1))
}

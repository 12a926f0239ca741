import { secret } from '../fields/secret.js'
import { text } from '../fields/text.js'
import { httpUrl } from '../fields/urls.js'
import { preset } from '../rules.js'

/**
 * CLOUDINARY_CLOUD_NAME, _API_KEY, _API_SECRET (or CLOUDINARY_URL, which holds all three), _UPLOAD_PRESET, _FOLDER; where
 * another region or a local sandbox is meant, _UPLOAD_PREFIX and _DELIVERY_BASE.
 */
export function cloudinary() {
  return preset(
    'Cloudinary',
    {
      CLOUDINARY_CLOUD_NAME: text(/^[\w-]+$/, 'letters, digits, - and _').meta({
        description: 'Name of the cloud',
      }),
      CLOUDINARY_API_KEY: text(/^\d{6,20}$/, 'digits').meta({
        description: 'Public half of the credentials',
        secret: false,
      }),
      CLOUDINARY_API_SECRET: secret({ from: 'the Cloudinary console' }).meta({
        description: 'Secret half of the credentials',
      }),
      CLOUDINARY_URL: secret({
        from: 'the Cloudinary console',
        pattern: whole,
        form: 'cloudinary://key:secret@cloud',
      })
        .optional()
        .meta({ description: 'All three in one, as Cloudinary hands it out' }),
      CLOUDINARY_UPLOAD_PRESET: text(/^[\w-]+$/, 'letters, digits, - and _')
        .optional()
        .meta({ description: 'Upload preset for signed uploads' }),
      CLOUDINARY_FOLDER: text(/^[\w-]+(?:\/[\w-]+)*$/, 'folder names between single slashes')
        .optional()
        .meta({ description: 'Folder that uploads go into', example: 'shop' }),
      CLOUDINARY_UPLOAD_PREFIX: httpUrl().optional().meta({
        description: 'Where the API is, if not in the United States: another region, or a local sandbox',
        example: 'https://api-eu.cloudinary.com',
      }),
      CLOUDINARY_DELIVERY_BASE: httpUrl().optional().meta({
        description: 'What the addresses of pictures begin with, if not https://res.cloudinary.com',
        example: 'https://media.shop.example',
      }),
    },
    {
      prepare(read, { derive, report }) {
        const url = whole.exec(read('CLOUDINARY_URL') ?? '')
        if (!url) return
        const prefix = new URLSearchParams(url[4]).get('upload_prefix')
        const parts = {
          CLOUDINARY_API_KEY: url[1]!,
          CLOUDINARY_API_SECRET: url[2]!,
          CLOUDINARY_CLOUD_NAME: url[3]!,
          ...(prefix && { CLOUDINARY_UPLOAD_PREFIX: prefix }),
        }
        for (const [name, part] of Object.entries(parts)) {
          const own = read(name)
          if (own === undefined) derive(name, part, 'CLOUDINARY_URL')
          else if (own !== part) report(name, 'is not what CLOUDINARY_URL holds: keep one of them')
        }
      },
    },
  )
}

/** Key, secret, cloud, and options of the SDK behind a question mark. */
const whole = /^cloudinary:\/\/(\d+):([^@:/]+)@([\w-]+)(?:\?(\S*))?$/

import { secret } from '../fields/secret.js'
import { text } from '../fields/text.js'
import { preset } from '../rules.js'

/** CLOUDINARY_CLOUD_NAME, _API_KEY, _API_SECRET (or CLOUDINARY_URL, which holds all three), _UPLOAD_PRESET, _FOLDER. */
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
        pattern: /^cloudinary:\/\/\d+:[^@:/]+@[\w-]+$/,
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
    },
    {
      prepare(read, { derive, report }) {
        const url = /^cloudinary:\/\/(\d+):([^@:/]+)@([\w-]+)$/.exec(read('CLOUDINARY_URL') ?? '')
        if (!url) return
        const parts = {
          CLOUDINARY_API_KEY: url[1]!,
          CLOUDINARY_API_SECRET: url[2]!,
          CLOUDINARY_CLOUD_NAME: url[3]!,
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

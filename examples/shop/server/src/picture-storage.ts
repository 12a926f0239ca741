import { v2 as cloudinary } from 'cloudinary'
import type { Storage } from '@ementech/uploads'
import { cloudinaryStorage } from '@ementech/uploads/cloudinary'
import { diskStorage } from '@ementech/uploads/disk'
import type { Env } from './env.js'

/** Cloudinary where there are keys of it, else a folder of this machine. */
export function pictureStorage(env: Env): Storage {
  const {
    CLOUDINARY_CLOUD_NAME: cloudName,
    CLOUDINARY_API_KEY: apiKey,
    CLOUDINARY_API_SECRET: apiSecret,
  } = env
  if (!cloudName || !apiKey || !apiSecret) return diskStorage({ dir: env.UPLOAD_DIR, baseUrl: '/uploads' })
  return cloudinaryStorage({
    ...{ cloudinary, cloudName, apiKey, apiSecret },
    ...(env.CLOUDINARY_FOLDER && { folder: env.CLOUDINARY_FOLDER }),
    ...(env.CLOUDINARY_UPLOAD_PRESET && { uploadPreset: env.CLOUDINARY_UPLOAD_PRESET }),
    ...(env.CLOUDINARY_UPLOAD_PREFIX && { uploadPrefix: env.CLOUDINARY_UPLOAD_PREFIX }),
    ...(env.CLOUDINARY_DELIVERY_BASE && { deliveryUrl: env.CLOUDINARY_DELIVERY_BASE }),
  })
}

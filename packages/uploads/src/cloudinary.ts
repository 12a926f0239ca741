export { cloudinaryStorage, type CloudinaryStorageOptions } from './cloudinary-storage.js'

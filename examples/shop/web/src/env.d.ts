import type { ViteEnv } from '@ementech/env/vite'
import type { schema } from '../env-schema.js'

declare global {
  interface ImportMetaEnv extends ViteEnv<typeof schema> {}
}

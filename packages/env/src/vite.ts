export { viteEnv } from './vite/plugin.js'
export type { ViteEnv, ViteEnvOptions } from './vite/plugin.js'

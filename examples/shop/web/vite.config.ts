import { viteEnv } from '@ementech/env/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { schema as secrets } from '../server/src/env.js'
import { schema } from './env-schema.js'

export default defineConfig({
  // Fails the build if a secret of the server's is in what it makes.
  plugins: [react(), viteEnv({ schema, secrets, secretFiles: '../server' })],
  build: {
    // No picture becomes a data: address, which a policy of 'self' would refuse.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // React changes seldom: a release of the shop leaves it in the visitor's cache.
        codeSplitting: {
          groups: [{ name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ }],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': 'http://localhost:3000',
      '/uploads': 'http://localhost:3000',
      '/socket.io': { target: 'http://localhost:3000', ws: true },
    },
  },
})

import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { licences } from './licences.ts'

// The server under development: the product's own web process, e.g. YINGDA_URL=http://127.0.0.1:8000 npm run dev
const server = process.env.YINGDA_URL ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [vue(), licences()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', proxy: { '/api': { target: server, ws: true } } },
  build: {
    target: 'es2022',
    sourcemap: false,
    cssCodeSplit: false, // one sheet from the start: each that comes later makes the browser restyle the whole page
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // The parts that seldom change get their own files, so that an update leaves them in the browser's cache.
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules[\\/](@vue|vue|vue-router|pinia|vue-i18n|@intlify|@tanstack)[\\/]/ },
          ],
        },
      },
    },
  },
})

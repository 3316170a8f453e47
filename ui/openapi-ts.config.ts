import { defineConfig } from '@hey-api/openapi-ts'

// ui/openapi.json is written by the server (`yingda openapi`); `npm run api` makes the typed client from it.
export default defineConfig({
  input: './openapi.json',
  output: { path: './src/api/client', clean: true },
  plugins: [
    '@hey-api/typescript',
    { name: '@hey-api/sdk', responseStyle: 'data' },
    { name: '@hey-api/client-fetch', throwOnError: true },
  ],
})

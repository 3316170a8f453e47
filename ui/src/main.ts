import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'element-plus/dist/index.css'
import './kit/tokens.css'
import './kit/base.css'
import './kit/element.css'
import App from './app/App.vue'
import { claimClientId } from './app/client-id'
import { queryClient } from './app/queries'
import { makeRouter } from './app/router'
import { i18n } from './i18n'

await claimClientId()
const app = createApp(App)
app.use(createPinia())
app.use(i18n)
app.use(VueQueryPlugin, { queryClient })
app.use(makeRouter())
app.mount('#app')

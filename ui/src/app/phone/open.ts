// Whether the phone settings are open: asked for from the user menu and from the sign-in panel, which closes meanwhile.
import { ref } from 'vue'

export const phoneSettingsOpen = ref(false)

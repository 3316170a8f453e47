// Prompts that may be played before hanging up, and whither a queue may send its callers. "" = the prompt that fits the case.
export const HANG_UP_PROMPTS = ['', 'yd/no-agent', 'yd/after-hours', 'yd/holiday', 'yd/line-busy', 'yd/goodbye']
export const KINDS: ('queue' | 'flow' | 'agent' | 'number' | 'voicemail' | 'callback')[] = ['queue', 'flow', 'agent', 'number', 'voicemail', 'callback']

import type zh from '../zh/fields'
import type { Same } from '../same'

export default {
  auditField: {
    name: 'Name', number: 'Number', role: 'Role', department_id: 'Department id', extension_id: 'Extension id', extension: 'Extension', person_id: 'Person id', group_id: 'Group id', parent_id: 'Parent id',
    queue_id: 'Queue id', trunk_id: 'Trunk id', trunk_ids: 'Trunk ids', plan_id: 'Plan id', flow_id: 'Flow id', survey_flow_id: 'Survey flow id', customer_id: 'Customer id', category_id: 'Category id',
    owner_id: 'Owner id', language: 'Language', active: 'Active', must_change_password: 'Must change password', mobile: 'Mobile', email: 'E-mail', title: 'Title', team: 'Work group', skills: 'Skills',
    exceptions: 'Exceptions', created_at: 'Created', updated_at: 'Updated', expires_at: 'Valid until', revoked_at: 'Revoked', kind: 'Kind', level: 'Level', vip: 'VIP', note: 'Note', phones: 'Phones',
    vehicles: 'Vehicles', reason: 'Reason', prefix: 'Prefix', strategy: 'Strategy', members: 'Members', wrap_up_s: 'Wrap-up (s)', ring_s: 'Ring time (s)', max_wait_s: 'Longest wait (s)',
    service_level_s: 'Service level (s)', music: 'Music', priority: 'Priority', policy: 'Policy', destination: 'Leads to', closed_to: 'Outside hours', host: 'Carrier address', match: 'Accept from', username: 'User',
    register: 'Registers', capacity: 'Capacity', numbering: 'Number format', endpoint: 'Endpoint', spans: 'Hours', day: 'Day', official: 'Official', classes: 'Kinds of numbers', position: 'Order', rule: 'Rule',
    minutes_a_day: 'Minutes a day', fen_a_day: 'Cents a day', at_once: 'Calls at once', at_night: 'Restricted hours too', shown: 'Number shown', tones: 'Tones', base: 'Based on', grants: 'Rights', value: 'Value',
    text: 'Text', state: 'Status', result: 'Result', claimed_by: 'Claimed by', over: 'Done', settings: 'Settings', alarms_from: 'Alarms from', severity: 'Severity', count: 'Times', window_s: 'Window (s)',
    quiet_s: 'Silence (s)', audience: 'To', manner: 'Manner', due_at: 'Due', version: 'Version', name_zh: 'Name in Chinese', name_en: 'Name in English', limit_s: 'Limit (s)', make: 'Make', mac: 'MAC address',
    dnd: 'Do not disturb', always: 'Forward always', busy: 'When busy', no_answer: 'When unanswered', no_answer_s: 'Unanswered after (s)', unreachable: 'When the phone is off', closed: 'Outside office hours',
    box_greeting: 'Greeting', auto_answer: 'Auto-answer', slots: 'Slots', back_s: 'Back after (s)', after_out_s: 'Wrap-up after calls out (s)', prolong: 'May be prolonged', area_code: 'Area code', forbidden: 'Never called', tariffs: 'Prices', id: 'Id', rows: 'Rows', file: 'File',
    content: 'Content', address: 'Address',
  },
} as const satisfies Same<typeof zh>

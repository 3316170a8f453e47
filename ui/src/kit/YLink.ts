import { h, type FunctionalComponent } from 'vue'

/** A small act within a row. A page of rows has dozens of them: a plain button that looks like the others and costs nothing. */
const YLink: FunctionalComponent<{ tone?: 'primary' | 'danger'; disabled?: boolean }> = (props, { slots }) =>
  h('button', { type: 'button', class: ['el-button', `el-button--${props.tone ?? 'primary'}`, 'is-link', { 'is-disabled': props.disabled }], disabled: props.disabled }, [h('span', slots.default?.())])
YLink.props = ['tone', 'disabled']
export default YLink

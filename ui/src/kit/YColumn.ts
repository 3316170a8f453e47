import { defineComponent, type PropType, type SlotsType } from 'vue'

/** A column of YTable. It is declared where the table stands and drawn by the table itself: it never becomes a component. */
const YColumn = defineComponent({
  name: 'YColumn',
  props: {
    label: { type: String, default: '' },
    /** Pixels, always so wide. */
    width: { type: [Number, String], default: undefined },
    /** Pixels; what is left over is shared out in proportion to it. */
    minWidth: { type: [Number, String], default: 80 },
    /** The field that is shown where there is no slot. */
    prop: { type: String, default: '' },
    align: { type: String as PropType<'left' | 'right'>, default: 'left' },
    /** Stays in sight when the table is wider than its place. */
    fixed: { type: String as PropType<'right'>, default: undefined },
    /** One line; the whole text is told when the mouse rests on it. */
    showOverflowTooltip: Boolean,
    /** A box to tick in each row. */
    type: { type: String as PropType<'selection'>, default: undefined },
  },
  // any: the page knows what its rows are, a slot cannot be told
  slots: Object as SlotsType<{ default: { row: any } }>,
  setup: () => () => null,
})
export default YColumn

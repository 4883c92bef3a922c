import {Component, onMounted, useRef} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const MOVES = {ArrowUp: -1, ArrowDown: 1, Enter: 1};
const STEPS = {ArrowLeft: -1, ArrowRight: 1};
const CLEARING = ["Backspace", "Delete"];

/** Scores of the axes by a row of buttons each; a digit gives one, 0 is the highest. */
export class FunnelScoresField extends Component {
    static template = "sales_lead_funnel.FunnelScoresField";
    static props = {...standardFieldProps};

    setup() {
        this.root = useRef("root");
        onMounted(() => {
            if (this.props.record.isNew && !this.props.readonly) {
                this.groups[0]?.focus();
            }
        });
    }

    get lines() {
        return this.props.record.data[this.props.name].records;
    }

    get groups() {
        return [...this.root.el.querySelectorAll("[role=radiogroup]")];
    }

    getScores(line) {
        return [...Array(line.data.max_score).keys()].map((index) => index + 1);
    }

    getClass(line, score) {
        return score <= line.data.score ? "btn-primary" : "btn-outline-secondary";
    }

    give(line, score) {
        return line.update({score: Math.max(0, Math.min(line.data.max_score, score))});
    }

    /** The score that was given already is taken back. */
    onClick(line, score) {
        return this.give(line, line.data.score === score ? 0 : score);
    }

    /** The score that a key gives; undefined for keys that give none. */
    getScore(line, key) {
        if (CLEARING.includes(key)) {
            return 0;
        }
        if (key in STEPS) {
            return Math.max(1, line.data.score + STEPS[key]);
        }
        return /^\d$/.test(key) ? Number(key) || line.data.max_score : undefined;
    }

    onKeydown(line, index, ev) {
        if (ev.ctrlKey || ev.altKey || ev.metaKey) {
            return;
        }
        const score = this.getScore(line, ev.key);
        if (score !== undefined) {
            this.give(line, score);
        } else if (ev.key in MOVES) {
            this.groups[index + MOVES[ev.key]]?.focus();
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}

registry.category("fields").add("funnel_scores", {
    component: FunnelScoresField,
    supportedTypes: ["one2many"],
    useSubView: true,
});

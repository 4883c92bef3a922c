import {Component} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {usePopover} from "@web/core/popover/popover_hook";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {FunnelWhyTable} from "@sales_lead_funnel/components/funnel_why/funnel_why";

class FunnelWhyPopover extends Component {
    static template = "sales_lead_funnel.FunnelWhyPopover";
    static components = {FunnelWhyTable};
    static props = {
        why: {type: [Object, Boolean]},
        summary: String,
        leadId: {type: [Number, Boolean], optional: true},
        close: Function,
    };
}

/** Grade and score beside the title; a click tells why. */
export class FunnelGradeBadge extends Component {
    static template = "sales_lead_funnel.FunnelGradeBadge";
    static props = {...standardFieldProps};

    setup() {
        this.popover = usePopover(FunnelWhyPopover, {position: "bottom-end"});
    }

    get data() {
        return this.props.record.data;
    }

    get grade() {
        return this.data.funnel_grade_id || this.data.funnel_suggested_grade_id;
    }

    get isSuggestion() {
        return !this.data.funnel_grade_id;
    }

    get isKnown() {
        return this.data.funnel_score_coverage > 0;
    }

    /** Score and coverage as whole numbers, or a dash: nothing known is not 0. */
    get score() {
        return this.isKnown ? Math.round(this.data.funnel_score) : "—";
    }

    get coverage() {
        return Math.round(this.data.funnel_score_coverage);
    }

    get summary() {
        return _t("Score %(score)s of 100, %(coverage)s% of the questions answered", {
            score: this.score,
            coverage: this.coverage,
        });
    }

    get badgeClass() {
        const color = this.isSuggestion ? 0 : this.data.funnel_grade_color || 0;
        const open = this.isSuggestion || this.data.funnel_grade_state === "proposed";
        return `o_funnel_color_${color}${open ? " o_funnel_badge_open" : ""}`;
    }

    onClick(ev) {
        this.popover.open(ev.currentTarget, {
            why: this.data[this.props.name] || false,
            summary: this.summary.toString(),
            leadId: this.props.record.resId,
        });
    }
}

export const funnelGradeBadge = {
    component: FunnelGradeBadge,
    supportedTypes: ["json"],
    fieldDependencies: [
        {name: "funnel_grade_id", type: "many2one"},
        {name: "funnel_suggested_grade_id", type: "many2one"},
        {name: "funnel_grade_state", type: "selection"},
        {name: "funnel_grade_color", type: "integer"},
        {name: "funnel_score", type: "float"},
        {name: "funnel_score_coverage", type: "float"},
    ],
};

registry.category("fields").add("funnel_grade_badge", funnelGradeBadge);

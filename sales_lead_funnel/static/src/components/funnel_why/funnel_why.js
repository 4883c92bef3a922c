import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {FunnelBetterGrade} from "@sales_lead_funnel/components/funnel_better_grade/funnel_better_grade";

/** Table that says how a score came about: one line per criterion. */
export class FunnelWhyTable extends Component {
    static template = "sales_lead_funnel.FunnelWhyTable";
    static components = {FunnelBetterGrade};
    static props = {
        why: {type: [Object, Boolean]},
        leadId: {type: [Number, Boolean], optional: true},
        beforeShow: {type: Function, optional: true},
    };
}

export class FunnelWhyField extends Component {
    static template = "sales_lead_funnel.FunnelWhyField";
    static components = {FunnelWhyTable};
    static props = {...standardFieldProps};

    get why() {
        return this.props.record.data[this.props.name] || false;
    }
}

export const funnelWhyField = {
    component: FunnelWhyField,
    supportedTypes: ["json"],
};

registry.category("fields").add("funnel_why", funnelWhyField);

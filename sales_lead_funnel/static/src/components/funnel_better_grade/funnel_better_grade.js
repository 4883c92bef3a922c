import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";
import {showLeadField} from "@sales_lead_funnel/focus/funnel_focus";

/** Why the score suggests no better grade: each reason leads to its field. */
export class FunnelBetterGrade extends Component {
    static template = "sales_lead_funnel.FunnelBetterGrade";
    static props = {
        better: {type: [Object, Boolean], optional: true},
        leadId: {type: [Number, Boolean], optional: true},
        beforeShow: {type: Function, optional: true},
    };

    setup() {
        this.action = useService("action");
    }

    async show(name) {
        await this.props.beforeShow?.();
        await showLeadField(this.action, this.props.leadId, name);
    }
}

/** The same in a dialog about one lead, which closes on the way to the field. */
export class FunnelBetterGradeField extends Component {
    static template = "sales_lead_funnel.FunnelBetterGradeField";
    static components = {FunnelBetterGrade};
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get better() {
        return this.props.record.data[this.props.name] || false;
    }

    get leadId() {
        return this.props.record.data.lead_id?.id || false;
    }

    close() {
        return this.action.doAction({type: "ir.actions.act_window_close"});
    }
}

registry.category("fields").add("funnel_better_grade", {
    component: FunnelBetterGradeField,
    supportedTypes: ["json"],
    fieldDependencies: [{name: "lead_id", type: "many2one", relation: "crm.lead"}],
});

import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** What a stage asks: done with its proof, or missing and why. */
export class FunnelChecklistField extends Component {
    static template = "sales_lead_funnel.FunnelChecklistField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get parts() {
        return this.props.record.data[this.props.name] || [];
    }

    countDone(part) {
        return part.items.filter((item) => item.done).length;
    }

    getIcon(item) {
        if (item.done) {
            return "fa-check text-success";
        }
        if (item.waits) {
            return "fa-hourglass-half text-warning";
        }
        return item.effect === "warn" ? "fa-exclamation" : "fa-times text-danger";
    }

    openProof(proof) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: proof.model,
            res_id: proof.id,
            views: [[false, "form"]],
            target: "new",
        });
    }
}

export const funnelChecklistField = {
    component: FunnelChecklistField,
    supportedTypes: ["json"],
};

registry.category("fields").add("funnel_checklist", funnelChecklistField);

import {Component} from "@odoo/owl";
import {FormViewDialog} from "@web/views/view_dialogs/form_view_dialog";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** A form to look at: there is nothing to save. */
export class FunnelProofDialog extends FormViewDialog {
    setup() {
        super.setup();
        this.viewProps.buttonTemplate = "sales_lead_funnel.FunnelProofButtons";
    }
}

/** What a stage asks: done with its proof, or missing and why. */
export class FunnelChecklistField extends Component {
    static template = "sales_lead_funnel.FunnelChecklistField";
    static props = {...standardFieldProps};

    setup() {
        this.dialog = useService("dialog");
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

    /** Proof is looked at here; its own screen is where it is corrected. */
    openProof(proof) {
        this.dialog.add(FunnelProofDialog, {
            title: proof.text,
            resModel: proof.model,
            resId: proof.id,
            readonly: true,
            preventCreate: true,
            preventEdit: true,
        });
    }
}

export const funnelChecklistField = {
    component: FunnelChecklistField,
    supportedTypes: ["json"],
};

registry.category("fields").add("funnel_checklist", funnelChecklistField);

import "@crm/views/crm_form/crm_form";
import {RPCError} from "@web/core/network/rpc";
import {WarningDialog} from "@web/core/errors/error_dialogs";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";

const GATE_ERROR = "odoo.addons.sales_lead_funnel.exceptions.FunnelGateError";

/** Return {lead_id, stage_id} of a refused move that can be asked for, or null. */
export function getRefusedMove(error) {
    const isGate = error instanceof RPCError && error.exceptionName === GATE_ERROR;
    return (isGate && error.data.context?.funnel_gate) || null;
}

async function ask(env, error, move) {
    const {action, dialog, orm} = env.services;
    const asked = await orm.call("crm.lead", "action_funnel_gate_ask", [
        [move.lead_id],
        move.stage_id,
    ]);
    if (!asked) {
        dialog.add(WarningDialog, {
            exceptionName: error.exceptionName,
            data: error.data,
            message: error.data.message,
        });
        return;
    }
    await action.doAction(asked, {
        onClose: (infos) => {
            if (infos?.funnel_moved) {
                action.doAction({type: "ir.actions.client", tag: "soft_reload"});
            }
        },
    });
}

/**
 * A refused move asks for what is missing instead of only saying so. The card is
 * back in its column by then; it moves when the dialog has been saved.
 */
function gateErrorHandler(env, error, originalError) {
    const move = getRefusedMove(originalError);
    if (!move) {
        return false;
    }
    error.unhandledRejectionEvent?.preventDefault();
    ask(env, originalError, move);
    return true;
}

registry
    .category("error_handlers")
    .add("funnelGateErrorHandler", gateErrorHandler, {sequence: 90});

patch(registry.category("views").get("crm_form").Model.Record.prototype, {
    /**
     * On the form, put a refused stage back and save the other edits, as any button
     * does, so that the dialog and the reload after it lose nothing.
     */
    async _save() {
        try {
            return await super._save(...arguments);
        } catch (error) {
            const stage = this._values.stage_id;
            if (getRefusedMove(error) && this.resId && "stage_id" in this._changes) {
                await this._update({stage_id: stage}, {withoutOnchange: true});
                await super._save();
            }
            throw error;
        }
    },
});

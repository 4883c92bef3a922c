import {RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";

const GRADE_ERROR = "odoo.addons.sales_lead_funnel.exceptions.FunnelGradeError";

/** Return {lead_id, grade_id} of a grade that was given without a reason, or null. */
function getDrop(error) {
    const isGrade = error instanceof RPCError && error.exceptionName === GRADE_ERROR;
    return (isGrade && error.data.context?.funnel_grade) || null;
}

/** Propose the grade: as the button of the lead does, with the grade filled in. */
async function propose({action, orm}, {lead_id: leadId, grade_id: gradeId}) {
    const dialog = await orm.call("crm.lead", "action_funnel_propose_grade", [
        [leadId],
    ]);
    await action.doAction(dialog, {
        additionalContext: {default_grade_id: gradeId},
        onClose: (infos) => {
            if (infos?.funnel_graded) {
                action.doAction({type: "ir.actions.client", tag: "soft_reload"});
            }
        },
    });
}

/**
 * A card dropped on another grade asks for the reason. It is back in its column by
 * then; it moves when the dialog has been saved.
 */
function gradeErrorHandler(env, error, originalError) {
    const drop = getDrop(originalError);
    if (!drop) {
        return false;
    }
    error.unhandledRejectionEvent?.preventDefault();
    propose(env.services, drop);
    return true;
}

registry
    .category("error_handlers")
    .add("funnelGradeErrorHandler", gradeErrorHandler, {sequence: 91});

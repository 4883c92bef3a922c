import {registry} from "@web/core/registry";
import {WarningDialog} from "@web/core/errors/error_dialogs";

// The web client chooses the dialog of an error by its exact name, so that ours would
// be shown as "something went wrong" without their text.
const MODULE = "odoo.addons.sales_lead_funnel.exceptions";
const NAMES = [
    "FunnelApprovalError",
    "FunnelCriterionError",
    "FunnelDerivedError",
    "FunnelFollowupError",
    "FunnelGateError",
    "FunnelGradeError",
    "FunnelLedgerError",
    "FunnelLossError",
    "FunnelRegisterError",
    "FunnelScorecardError",
    "FunnelTextError",
];

for (const name of NAMES) {
    registry.category("error_dialogs").add(`${MODULE}.${name}`, WarningDialog);
}

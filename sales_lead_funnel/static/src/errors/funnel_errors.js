import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {WarningDialog, odooExceptionTitleMap} from "@web/core/errors/error_dialogs";

// The web client chooses the dialog of an error by its exact name, so that ours would
// be shown as "something went wrong" without their text. Its title is that of core's.
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
    "FunnelNumberError",
    "FunnelRegisterError",
    "FunnelScorecardError",
    "FunnelTextError",
];

const TITLE = odooExceptionTitleMap.get("odoo.exceptions.UserError");

for (const name of NAMES) {
    registry.category("error_dialogs").add(`${MODULE}.${name}`, WarningDialog);
    odooExceptionTitleMap.set(`${MODULE}.${name}`, TITLE);
}

// Said by core's forms, which have no Chinese for it; what an addon knows is known to all.
export const SAID_BY_CORE = [_t("Missing required fields")];

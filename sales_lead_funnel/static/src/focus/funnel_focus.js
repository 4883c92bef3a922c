/** Where the cursor can go in a field, best first. */
const INPUTS = "input:not([type=hidden]), textarea, select, [contenteditable=true]";
const OTHERS = "button, a, [tabindex]";

const nextFrame = () =>
    new Promise((resolve) => requestAnimationFrame(() => resolve()));

function find(root, name) {
    return root.querySelector(`.o_field_widget[name="${CSS.escape(name)}"]`);
}

/** Return the field of a form, opening the tabs one by one until it shows. */
async function reveal(root, name) {
    const active = root.querySelector(".o_notebook_headers .nav-link.active");
    let field = find(root, name);
    for (const tab of root.querySelectorAll(".o_notebook_headers .nav-link")) {
        if (field) {
            return field;
        }
        tab.click();
        await nextFrame();
        await nextFrame();
        field = find(root, name);
    }
    if (!field) {
        active?.click();
    }
    return field;
}

/** Put the cursor into a field of a form, wherever the form shows it. */
export async function focusField(root, name) {
    const field = await reveal(root, name);
    if (field) {
        field.scrollIntoView({block: "center"});
        (field.querySelector(INPUTS) || field.querySelector(OTHERS) || field).focus();
    }
    return Boolean(field);
}

function isOpen(controller, leadId) {
    const {resModel, type, resId} = controller?.props || {};
    const shown = controller?.currentState?.resId || resId;
    return resModel === "crm.lead" && type === "form" && shown === leadId;
}

/** Open the form of a lead, unless it is what is seen, with the cursor in a field. */
export async function showLeadField(action, leadId, name) {
    if (!isOpen(action.currentController, leadId)) {
        await action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: leadId,
            views: [[false, "form"]],
        });
    }
    const form = document.querySelector(".o_action_manager .o_form_view");
    return form ? focusField(form, name) : false;
}

import {useEffect} from "@odoo/owl";
import {hasTouch} from "@web/core/browser/feature_detection";
import {WarningDialog} from "@web/core/errors/error_dialogs";
import {RPCError} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";

const MOVE = "action_funnel_gate_move";
const INPUTS = [
    "input:not([type=hidden])",
    "textarea",
    ".o_field_x2many_list_row_add a",
]
    .map((input) => `.o_group .o_field_widget ${input}`)
    .join(", ");

/** Is this an error that says what the user has to do? */
function isTold(error) {
    const dialogs = registry.category("error_dialogs");
    const name = error instanceof RPCError && error.exceptionName;
    return Boolean(name) && dialogs.get(name, null) === WarningDialog;
}

/** The dialog of a refused move: what is still missing turns red where it is asked. */
export class FunnelAskController extends FormController {
    setup() {
        super.setup();
        this.actions = useService("action");
        this.notifications = useService("notification");
        this.marked = [];
        useEffect(
            (root) => {
                if (!hasTouch()) {
                    root?.querySelector(INPUTS)?.focus();
                }
            },
            () => [this.rootRef.el]
        );
    }

    /** Save and move here, so that a refusal opens no dialog on top of this one. */
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.name !== MOVE) {
            return super.beforeExecuteActionButton(clickParams);
        }
        try {
            await this.move();
        } catch (error) {
            if (!isTold(error)) {
                throw error;
            }
            await this.mark(error.data.context?.funnel_missing || []);
            this.notifications.add(error.data.message, {type: "danger"});
        }
        return false;
    }

    async move() {
        const record = this.model.root;
        await this.unmark();
        if (!(await record.save())) {
            return;
        }
        const next = await this.orm.call(record.resModel, MOVE, [[record.resId]], {
            context: record.context,
        });
        await this.actions.doAction(next);
    }

    async mark(names) {
        const record = this.model.root;
        this.marked = names.filter((name) => name in record.activeFields);
        await Promise.all(this.marked.map((name) => record.setInvalidField(name)));
    }

    async unmark() {
        const record = this.model.root;
        await Promise.all(this.marked.map((name) => record.resetFieldValidity(name)));
        this.marked = [];
    }
}

registry
    .category("views")
    .add("funnel_ask_form", {...formView, Controller: FunnelAskController});

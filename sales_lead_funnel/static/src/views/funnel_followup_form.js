import {useHotkey} from "@web/core/hotkeys/hotkey_hook";
import {registry} from "@web/core/registry";
import {formView} from "@web/views/form/form_view";
import {FormController} from "@web/views/form/form_controller";

/** Dialog that logs a follow-up: Ctrl-Enter saves, also from within a text. */
export class FunnelFollowupFormController extends FormController {
    setup() {
        super.setup();
        useHotkey("control+enter", () => this.saveButtonClicked({closable: true}), {
            bypassEditableProtection: true,
        });
    }
}

registry.category("views").add("funnel_followup_form", {
    ...formView,
    Controller: FunnelFollowupFormController,
});

import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

/** Fetch a file and close the dialog that asked for it, which core's URLs leave open. */
function download(env, action) {
    browser.location.assign(action.params.url);
    return {type: "ir.actions.act_window_close"};
}

registry.category("actions").add("funnel_download", download);

import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {expect, test} from "@odoo/hoot";
import {
    getService,
    makeMockEnv,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {browser} from "@web/core/browser/browser";

defineMailModels();

test("a download fetches the file and ends the dialog that asked for it", async () => {
    patchWithCleanup(browser.location, {assign: (url) => expect.step(url)});
    await makeMockEnv();
    await getService("action").doAction(
        {type: "ir.actions.client", tag: "funnel_download", params: {url: "/a/file"}},
        {onClose: () => expect.step("closed")}
    );
    expect.verifySteps(["/a/file", "closed"]);
});

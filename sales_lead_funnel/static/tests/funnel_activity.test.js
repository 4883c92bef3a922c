import {defineCrmModels} from "@crm/../tests/crm_test_helpers";
import {
    click,
    contains,
    insertText,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    asyncStep,
    mockService,
    onRpc,
    waitForSteps,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmModels();

const FORM = {type: "ir.actions.act_window", res_model: "funnel.followup"};
const ARCH = "<form><sheet><field name='name'/></sheet><chatter/></form>";
let answer = () => FORM;

beforeEach(() => {
    answer = () => FORM;
    onRpc("mail.activity", "funnel_get_log_action", ({kwargs}) => {
        asyncStep(`ask: ${kwargs.feedback}`);
        return answer();
    });
    onRpc("mail.activity", "action_feedback", () => asyncStep("done"));
    onRpc("mail.activity", "action_feedback_schedule_next", () => {
        asyncStep("done and next");
        return false;
    });
});

async function openActivity(category = "phonecall", model = "crm.lead") {
    const pyEnv = await startServer();
    const resId = pyEnv[model].create({name: "Somebody"});
    pyEnv["mail.activity"].create({
        activity_category: category,
        can_write: true,
        res_id: resId,
        res_model: model,
    });
    await start();
    mockService("action", {
        async doAction(action, options) {
            if (action?.res_model !== "funnel.followup") {
                return super.doAction(...arguments);
            }
            asyncStep(`open ${action.res_model}`);
            options.onClose();
            return true;
        },
    });
    await openFormView(model, resId, {arch: ARCH});
    await click(".btn", {text: "Mark Done"});
    await insertText(".o-mail-ActivityMarkAsDone textarea", "They like it");
}

const finish = (label = "Done") =>
    click(`.o-mail-ActivityMarkAsDone button[aria-label='${label}']`);

test("a finished call of a lead offers the form, with what was said", async () => {
    await openActivity();
    await finish();
    await waitForSteps(["done", "ask: They like it", "open funnel.followup"]);
});

test("a finished meeting offers it too, also with the next one planned", async () => {
    await openActivity("meeting");
    await finish("Done and Schedule Next");
    await waitForSteps(["done and next", "ask: They like it", "open funnel.followup"]);
});

test("nothing happens where the server has no form", async () => {
    answer = () => false;
    await openActivity();
    await finish();
    await waitForSteps(["done", "ask: They like it"]);
});

test("a failure of the form leaves the activity done, without a word", async () => {
    answer = () => {
        throw new Error("no form today");
    };
    await openActivity();
    await finish();
    await waitForSteps(["done", "ask: They like it"]);
    await contains(".o_error_dialog", {count: 0});
    expect.verifyErrors([]);
});

test("other types of activities are not asked about", async () => {
    await openActivity("default");
    await finish();
    await waitForSteps(["done"]);
});

test("calls of other models are not asked about", async () => {
    await openActivity("phonecall", "res.partner");
    await finish();
    await waitForSteps(["done"]);
});

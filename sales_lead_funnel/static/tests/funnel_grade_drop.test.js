import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {beforeEach, expect, test} from "@odoo/hoot";
import {animationFrame} from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    makeServerError,
    mockService,
    models,
    mountView,
    contains,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Grade extends models.Model {
    _name = "grade";
    name = fields.Char();
    _records = [
        {id: 1, name: "A"},
        {id: 2, name: "B"},
    ];
}

class Lead extends models.Model {
    _name = "crm.lead";
    name = fields.Char();
    grade_id = fields.Many2one({relation: "grade"});
    _records = [
        {id: 1, name: "Big one", grade_id: 1},
        {id: 2, name: "Small one", grade_id: 2},
    ];
}

defineMailModels();
defineModels([Grade, Lead]);
beforeEach(() => expect.errors(1));

test("a card dropped on a grade opens the proposal of that grade", async () => {
    mockService("action", {
        doAction(action, {additionalContext}) {
            expect.step(`${action.name} ${additionalContext.default_grade_id}`);
        },
    });
    onRpc("web_save", () => {
        throw makeServerError({
            errorName: "odoo.addons.sales_lead_funnel.exceptions.FunnelGradeError",
            message: "A grade is proposed with a reason",
            context: {funnel_grade: {lead_id: 1, grade_id: 2}},
        });
    });
    onRpc("action_funnel_propose_grade", ({args}) => ({name: `propose ${args[0]}`}));
    await mountView({
        type: "kanban",
        resModel: "crm.lead",
        groupBy: ["grade_id"],
        arch: `
            <kanban>
                <templates><t t-name="card"><field name="name"/></t></templates>
            </kanban>`,
    });
    await contains(".o_kanban_group:first .o_kanban_record").dragAndDrop(
        ".o_kanban_group:last"
    );
    await animationFrame();
    await animationFrame();
    expect(".o_kanban_group:first .o_kanban_record").toHaveText("Big one");
    expect(".o_error_dialog").toHaveCount(0);
    expect.verifySteps(["propose 1 2"]);
    expect.verifyErrors([/RPC_ERROR/]);
});

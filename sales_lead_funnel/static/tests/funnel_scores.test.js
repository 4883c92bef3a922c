import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {expect, test} from "@odoo/hoot";
import {click, press, queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Axis extends models.Model {
    _name = "axis";
    name = fields.Char();
    _records = [
        {id: 1, name: "Urgency"},
        {id: 2, name: "Budget"},
    ];
}

class Line extends models.Model {
    _name = "line";
    axis_id = fields.Many2one({relation: "axis"});
    question = fields.Char();
    max_score = fields.Integer();
    score = fields.Integer();
    _records = [
        {id: 1, axis_id: 1, question: "Is it dated?", max_score: 10, score: 4},
        {id: 2, axis_id: 2, max_score: 10, score: 0},
    ];
}

class Evaluation extends models.Model {
    _name = "evaluation";
    line_ids = fields.One2many({
        relation: "line",
        default: [
            [0, 0, {axis_id: 1, max_score: 10}],
            [0, 0, {axis_id: 2, max_score: 10}],
        ],
    });
    _records = [{id: 1, line_ids: [1, 2]}];
}

defineMailModels();
defineModels([Axis, Line, Evaluation]);

const mountEvaluation = (resId) =>
    mountView({
        type: "form",
        resModel: "evaluation",
        resId,
        arch: `
            <form disable_autofocus="1">
                <field name="line_ids" widget="funnel_scores" mode="list">
                    <list editable="bottom">
                        <field name="axis_id" readonly="1" force_save="1"/>
                        <field name="question"/>
                        <field name="max_score"/>
                        <field name="score"/>
                    </list>
                </field>
            </form>`,
    });

const GROUP = "[role=radiogroup]";
const given = () => queryAllTexts("[role=radio][aria-checked=true]");

test("axes have names that nobody types in, and ten buttons each", async () => {
    await mountEvaluation(1);
    expect(".o_funnel_axis").toHaveCount(2);
    expect(".o_funnel_axis:first").toHaveText(/Urgency\s+Is it dated\?/);
    expect(".o_funnel_scores input").toHaveCount(0);
    expect(".o_funnel_axis:first [role=radio]").toHaveCount(10);
    expect(given()).toEqual(["4"]);
});

test("a new evaluation begins with the cursor on the first score", async () => {
    await mountEvaluation();
    expect(`${GROUP}:first`).toBeFocused();
});

test("a click gives a score and is saved, a second one takes it back", async () => {
    onRpc("web_save", ({args}) => {
        expect.step(args[1].line_ids);
    });
    await mountEvaluation(1);
    await click(".o_funnel_axis:last [data-score='8']");
    await animationFrame();
    expect(given()).toEqual(["4", "8"]);
    await click(".o_funnel_axis:first [data-score='4']");
    await animationFrame();
    expect(given()).toEqual(["8"]);
    await click(".o_form_button_save");
    await animationFrame();
    expect.verifySteps([
        [
            [1, 2, {score: 8}],
            [1, 1, {score: 0}],
        ],
    ]);
});

test("keys give scores from 1 to 10 and go from axis to axis", async () => {
    await mountEvaluation();
    for (const [key, scores] of [
        ["7", ["7"]],
        ["ArrowRight", ["8"]],
        ["0", ["10"]],
        ["ArrowRight", ["10"]],
        ["Enter", ["10"]],
        ["3", ["10", "3"]],
        ["ArrowUp", ["10", "3"]],
        ["Backspace", ["3"]],
        ["ArrowLeft", ["1", "3"]],
    ]) {
        await press(key);
        await animationFrame();
        expect(given()).toEqual(scores);
    }
});

import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {expect, test} from "@odoo/hoot";
import {click} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    mockService,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";

import {focusField} from "@sales_lead_funnel/focus/funnel_focus";

class Grade extends models.Model {
    _name = "grade";
    name = fields.Char();
    _records = [{id: 1, name: "A"}];
}

class Lead extends models.Model {
    _name = "lead";
    why = fields.Json();
    name = fields.Char();
    funnel_grade_id = fields.Many2one({relation: "grade"});
    funnel_suggested_grade_id = fields.Many2one({relation: "grade"});
    funnel_grade_state = fields.Selection({
        selection: [
            ["none", "Not graded"],
            ["proposed", "To review"],
            ["reviewed", "Reviewed"],
        ],
    });
    funnel_grade_color = fields.Integer();
    funnel_score = fields.Float();
    funnel_score_coverage = fields.Float();
    _records = [
        {
            id: 1,
            why: {
                card: "Prospect",
                better: {
                    text: "B is suggested, not A:",
                    reasons: [
                        {text: "the budget is unknown", field: "name"},
                        {text: "ask your administrator", field: false},
                    ],
                },
                lines: [
                    {
                        dimension: "Need",
                        criterion: "Need fits",
                        answered: true,
                        answer: "Full match",
                        points: 10,
                        weight: 100,
                    },
                    {
                        dimension: "Budget",
                        criterion: "Budget",
                        answered: false,
                        answer: false,
                        points: false,
                        weight: 0,
                    },
                ],
            },
            funnel_suggested_grade_id: 1,
            funnel_grade_state: "none",
            funnel_score: 99.6,
            funnel_score_coverage: 30,
        },
        {id: 2, why: false, funnel_grade_state: "none"},
        {
            id: 3,
            why: false,
            funnel_grade_id: 1,
            funnel_grade_state: "reviewed",
            funnel_grade_color: 10,
            funnel_score: 0,
            funnel_score_coverage: 100,
        },
    ];
}

defineMailModels();
defineModels([Grade, Lead]);

const mountLead = (resId, widget) =>
    mountView({
        type: "form",
        resModel: "lead",
        resId,
        arch: `<form><field name="why" widget="${widget}"/></form>`,
    });

test("the table tells points and weight, and what is not answered", async () => {
    await mountLead(1, "funnel_why");
    expect(".o_funnel_why tbody tr").toHaveCount(2);
    expect(".o_funnel_why tbody tr:first").toHaveText(
        /Need fits\s+Full match\s+10 \/ 10/
    );
    expect(".o_funnel_why tbody tr:last").toHaveClass("text-muted");
    expect(".o_funnel_why tbody tr:last").toHaveText(/not answered\s+—\s+—/);
});

test("without a scorecard the table says so", async () => {
    await mountLead(2, "funnel_why");
    expect(".o_funnel_why").toHaveCount(0);
    expect(".o_field_widget[name=why]").toHaveText("No scorecard fits this lead.");
});

test("a suggestion is outlined and marked, the coverage is told", async () => {
    await mountLead(1, "funnel_grade_badge");
    expect(".o_funnel_badge_inline").toHaveText("A ?");
    expect(".o_funnel_badge_inline").toHaveClass("o_funnel_badge_open");
    expect(".o_funnel_grade_button").toHaveText(/100\s*\/ 100\s*30 % known/);
});

test("nothing known shows a dash, never 0", async () => {
    await mountLead(2, "funnel_grade_badge");
    expect(".o_funnel_grade_button .fw-bold").toHaveText("—");
});

test("a known score of 0 is 0, a reviewed grade is filled", async () => {
    await mountLead(3, "funnel_grade_badge");
    expect(".o_funnel_grade_button .fw-bold").toHaveText("0");
    expect(".o_funnel_badge_inline").toHaveClass("o_funnel_color_10");
    expect(".o_funnel_badge_inline").not.toHaveClass("o_funnel_badge_open");
});

test("a click tells why", async () => {
    await mountLead(1, "funnel_grade_badge");
    await click(".o_funnel_grade_button");
    await animationFrame();
    expect(".o_funnel_why_popover .o_funnel_why tbody tr").toHaveCount(2);
});

test("a reason leads to its field, in another tab", async () => {
    mockService("action", {
        currentController: {props: {resModel: "crm.lead", type: "form", resId: 1}},
    });
    await mountView({
        type: "form",
        resModel: "lead",
        resId: 1,
        arch: `
            <form>
                <field name="why" widget="funnel_why"/>
                <notebook>
                    <page name="one" string="One"><field name="funnel_score"/></page>
                    <page name="two" string="Two"><field name="name"/></page>
                </notebook>
            </form>`,
    });
    expect(".o_funnel_better_grade").toHaveText(
        /B is suggested, not A:\s*the budget is unknown\s*;\s*ask your administrator/
    );
    expect(".o_funnel_better_grade a").toHaveCount(1);
    const form = document.querySelector(".o_form_view") || document.body;
    expect(await focusField(form, "name")).toBe(true);
    expect(".o_field_widget[name=name] input").toBeFocused();
    expect(await focusField(form, "elsewhere")).toBe(false);
});

test("a list shows a grade as its badge, outlined until it is reviewed", async () => {
    await mountView({
        type: "list",
        resModel: "lead",
        arch: `<list><field name="funnel_grade_id" widget="funnel_grade"/></list>`,
    });
    expect(".o_data_row:last .badge").toHaveText("A");
    expect(".o_data_row:last .badge").toHaveClass("o_funnel_color_10");
    expect(".o_data_row:last .badge").not.toHaveClass("o_funnel_badge_open");
    expect(".o_data_row:first .badge").toHaveCount(0);
});

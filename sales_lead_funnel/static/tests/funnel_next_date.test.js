import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {expect, test} from "@odoo/hoot";
import {click, queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame, mockDate} from "@odoo/hoot-mock";
import {
    clickSave,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Log extends models.Model {
    _name = "log";
    next_date = fields.Date();
    cadence_date = fields.Date();
    _records = [
        {id: 1, cadence_date: "2026-03-12"},
        {id: 2, cadence_date: false},
        {id: 3, cadence_date: "2026-03-09", next_date: "2026-03-05"},
    ];
}

defineMailModels();
defineModels([Log]);

const mount = (resId) =>
    mountView({
        type: "form",
        resModel: "log",
        resId,
        arch: `<form><field name="next_date" widget="funnel_next_date"/></form>`,
    });

test("usual days are one click away, and saved", async () => {
    mockDate("2026-03-02 12:00:00");
    onRpc("log", "web_save", ({args}) => expect.step(args[1].next_date));
    await mount(1);
    expect(queryAllTexts(".o_funnel_quick_dates button")).toEqual([
        "+1 day",
        "+1 week",
        "By cadence",
    ]);
    for (const name of ["day", "week", "cadence"]) {
        await click(`[data-date=${name}]`);
        await animationFrame();
        await clickSave();
    }
    expect.verifySteps(["2026-03-03", "2026-03-09", "2026-03-12"]);
});

test("a blank date says what it becomes", async () => {
    await mount(1);
    expect(".o_funnel_blank_date").toHaveText(/Blank: .*2026, by the cadence/);
});

test("without a cadence, a blank date plans nothing", async () => {
    await mount(2);
    expect(".o_funnel_blank_date").toHaveText("Blank: no next contact is planned");
    expect("[data-date=cadence]").toHaveCount(0);
});

test("a given date needs no explanation", async () => {
    await mount(3);
    expect(".o_funnel_blank_date").toHaveCount(0);
    expect(".o_field_widget[name=next_date]").toHaveText(/Mar 5/);
});

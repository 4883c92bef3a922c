import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {expect, test} from "@odoo/hoot";
import {click, edit, press} from "@odoo/hoot-dom";
import {Deferred, animationFrame, mockTimeZone} from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class Lead extends models.Model {
    _name = "lead";
    name = fields.Char();
    day = fields.Date({onChange: () => {}});
    _records = [{id: 1, name: "One", day: "2026-11-17"}];
}

defineMailModels();
defineModels([Lead]);

test("a typed day shows at once, also where the server answers late", async () => {
    mockTimeZone(0);
    const answer = new Deferred();
    onRpc("onchange", () => answer);
    await mountView({
        type: "form",
        resModel: "lead",
        resId: 1,
        arch: `<form><field name="name"/><field name="day" widget="funnel_date"/></form>`,
    });
    await click("[name=day] button");
    await animationFrame();
    await edit("11/10/2026");
    await press("Tab");
    await animationFrame();
    answer.resolve();
    await animationFrame();
    await animationFrame();
    expect("[name=day]").toHaveText(/Nov 10/);
});

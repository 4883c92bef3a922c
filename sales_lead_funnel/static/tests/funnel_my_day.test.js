import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {beforeEach, expect, test} from "@odoo/hoot";
import {click, queryAllTexts} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {
    getService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import {WebClient} from "@web/webclient/webclient";

defineMailModels();

const lead = (id, vals = {}) => ({
    id,
    model: "crm.lead",
    lead_id: id,
    buttons: ["log"],
    title: `Lead ${id}`,
    client: "Client",
    stage: "New",
    grade: false,
    alert: "",
    note: "",
    ...vals,
});

const section = (name, rows = [], count = rows.length) => ({
    name,
    title: `Title of ${name}`,
    empty: `Nothing in ${name}`,
    count,
    parts: rows.length
        ? [{name, title: "", count, rows, action: {res_model: "crm.lead", name}}]
        : [],
});

const OWN = {
    screen: "own",
    is_manager: false,
    today: "Monday, 2 March",
    sections: [
        section(
            "overdue",
            [
                lead(1, {
                    alert: "3 d overdue",
                    note: "Call back",
                    grade: {name: "A", color: 10, is_open: true},
                }),
            ],
            12
        ),
        section("due"),
        section("waiting", [
            lead(2, {
                model: "funnel.resource.request",
                id: 7,
                lead_id: false,
                buttons: [],
            }),
        ]),
        section("risk"),
    ],
    team: false,
    meeting: false,
};

const TEAM = {
    ...OWN,
    screen: "team",
    is_manager: true,
    sections: [
        section("requests"),
        section("reviews", [
            lead(3, {
                buttons: ["review"],
                better: {
                    text: "B is suggested, not A:",
                    reasons: [
                        {text: "the budget is unknown", field: "funnel_budget_min"},
                    ],
                },
            }),
        ]),
    ],
    team: {
        empty: "Nothing by rep",
        columns: [
            {
                name: "overdue",
                title: "Overdue",
                count: 5,
                action: {res_model: "crm.lead", domain: [["late", "=", true]]},
            },
            {
                name: "due",
                title: "Due today",
                count: 0,
                action: {res_model: "crm.lead", domain: []},
            },
        ],
        rows: [{id: 4, name: "Rita", counts: {overdue: 5, due: 0}}],
    },
    meeting: {
        title: "A list",
        empty: "No A lead",
        count: 1,
        action: {name: "meeting"},
        rows: [
            lead(5, {
                rep: "Rita",
                amount: "",
                moved: "",
                blocker: "",
                next: "Visit",
                next_date: "",
                next_alert: true,
            }),
        ],
    },
};

let days = {};
beforeEach(() => {
    days = {false: OWN, own: OWN, team: TEAM};
    onRpc("funnel.my.day", "get_day", ({args}) => {
        expect.step(`get_day ${args[0]}`);
        return days[args[0]];
    });
});

/** Open the screen in a web client; what it opens later is only noted. */
async function mountDay() {
    await mountWithCleanup(WebClient);
    const action = getService("action");
    await action.doAction({type: "ir.actions.client", tag: "funnel_my_day"});
    const stepIn = ({res_model: model, res_id: id, domain}) =>
        expect.step(`open ${model} ${id || JSON.stringify(domain)}`);
    patchWithCleanup(action, {
        doAction: stepIn,
        doActionButton({name, resModel, resId, onClose}) {
            const model = resModel === "crm.lead" ? [] : [resModel];
            expect.step([name, ...model, resId].join(" "));
            onClose();
        },
    });
}

test("sections show rows and counts, empty ones say so", async () => {
    await mountDay();
    expect.verifySteps(["get_day false"]);
    expect("[data-section]").toHaveCount(4);
    expect("[data-section=overdue] .o_funnel_day_count").toHaveText("12");
    expect("[data-section=overdue] .o_funnel_day_row").toHaveCount(1);
    expect("[data-section=overdue] .o_funnel_day_note").toHaveText(
        "3 d overdue · Call back"
    );
    expect("[data-section=due] .o_funnel_day_empty").toHaveText("Nothing in due");
    expect("[data-section=due] .o_funnel_day_count").toHaveCount(0);
});

test("only what is wrong is red, an open grade is outlined", async () => {
    await mountDay();
    expect(queryAllTexts(".o_funnel_day_row .text-danger").filter(Boolean)).toEqual([
        "3 d overdue",
    ]);
    expect("[data-section=overdue] .badge").toHaveClass("o_funnel_badge_open");
    expect.verifySteps(["get_day false"]);
});

test("the list button tells how many more there are", async () => {
    await mountDay();
    expect("[data-section=overdue] .o_funnel_day_all").toHaveText("11 more");
    expect("[data-section=waiting] .o_funnel_day_all").toHaveText("Open as a list");
    expect.verifySteps(["get_day false"]);
});

test("a row opens its record, its button logs and loads anew", async () => {
    await mountDay();
    await click("[data-section=waiting] .o_funnel_day_open");
    await click("[data-section=overdue] .o_funnel_day_act");
    await animationFrame();
    expect("[data-section=waiting] .o_funnel_day_act").toHaveCount(0);
    expect.verifySteps([
        "get_day false",
        "open funnel.resource.request 7",
        "action_funnel_log_followup 1",
        "get_day own",
    ]);
});

test("a rep has neither the team nor its button", async () => {
    await mountDay();
    expect(".o_funnel_day_screens").toHaveCount(0);
    expect(".o_funnel_day_team").toHaveCount(0);
    expect(".o_funnel_day_meeting").toHaveCount(0);
    expect.verifySteps(["get_day false"]);
});

test("a manager sees the team; a cell opens these leads of this rep", async () => {
    days.false = TEAM;
    await mountDay();
    expect(queryAllTexts(".o_funnel_day_team tbody td")).toEqual(["Rita", "5", "0"]);
    await click(".o_funnel_day_team tbody button");
    expect(".o_funnel_day_team tbody button").toHaveCount(1);
    expect.verifySteps([
        "get_day false",
        'open crm.lead ["&",["late","=",true],["user_id","=",4]]',
    ]);
});

test("the meeting's list marks what did not move and has no date", async () => {
    days.false = TEAM;
    await mountDay();
    expect("[data-cell=moved] .text-danger").toHaveText("Nothing");
    expect("[data-cell=blocker]").toHaveText("—");
    expect("[data-cell=next]").toHaveText(/Visit\s*no date/);
    expect("[data-cell=next] .text-danger").toHaveCount(1);
    expect.verifySteps(["get_day false"]);
});

test("a grade is reviewed from its row", async () => {
    days.false = TEAM;
    await mountDay();
    await click("[data-section=reviews] .o_funnel_day_act");
    await animationFrame();
    expect.verifySteps([
        "get_day false",
        "action_funnel_review_grade 3",
        "get_day team",
    ]);
});

test("a candidate to be dropped is lost or kept from its row", async () => {
    const row = lead(6, {buttons: ["lose", "keep"], alert: "No advance"});
    days.false = {...OWN, sections: [section("waiting", [row])]};
    await mountDay();
    expect(queryAllTexts("[data-section=waiting] .o_funnel_day_act")).toEqual([
        "Lose",
        "Keep",
    ]);
    await click("[data-act=lose]");
    await animationFrame();
    await click("[data-section=overdue] [data-act=log]");
    await animationFrame();
    expect("[data-act=keep]").toHaveCount(0);
    expect.verifySteps([
        "get_day false",
        "action_funnel_lose 6",
        "get_day own",
        "action_funnel_log_followup 1",
        "get_day own",
    ]);
});

test("a lead that is kept says until when", async () => {
    const row = lead(6, {buttons: ["lose", "keep"]});
    days.false = {...OWN, sections: [section("waiting", [row])]};
    onRpc("crm.lead", "read", ({args}) => {
        expect.step(`read ${args[0]} ${args[1]}`);
        return [{id: 6, funnel_keep_until: "2026-03-02"}];
    });
    await mountDay();
    await click("[data-act=keep]");
    await animationFrame();
    await animationFrame();
    expect(".o_notification").toHaveText(/Lead 6: kept until .*2026/);
    expect.verifySteps([
        "get_day false",
        "action_funnel_keep 6",
        "get_day own",
        "read 6 funnel_keep_until",
    ]);
});

test("a manager switches to the own leads", async () => {
    days.false = TEAM;
    await mountDay();
    await click("[data-screen=own]");
    await animationFrame();
    expect(".o_funnel_day_team").toHaveCount(0);
    expect.verifySteps(["get_day false", "get_day own"]);
});

test("an empty team and an empty meeting say so", async () => {
    days.false = {
        ...TEAM,
        team: {...TEAM.team, rows: []},
        meeting: {...TEAM.meeting, rows: [], count: 0},
    };
    await mountDay();
    expect(".o_funnel_day_team .o_funnel_day_empty").toHaveText("Nothing by rep");
    expect(".o_funnel_day_meeting .o_funnel_day_empty").toHaveText("No A lead");
    expect(".o_funnel_day_table").toHaveCount(0);
    expect.verifySteps(["get_day false"]);
});

test("a request is approved or refused on its row", async () => {
    const row = lead(8, {
        model: "funnel.stage.approval",
        lead_id: false,
        buttons: ["approve", "refuse"],
    });
    days.false = {...TEAM, sections: [section("approvals", [row])]};
    await mountDay();
    await click("[data-act=refuse]");
    await animationFrame();
    expect(".o_notification").toHaveCount(0);
    expect.verifySteps([
        "get_day false",
        "action_ask_refusal funnel.stage.approval 8",
        "get_day team",
    ]);
});

test("an approved request says so", async () => {
    const row = lead(8, {
        model: "funnel.stage.approval",
        lead_id: false,
        buttons: ["approve", "refuse"],
    });
    days.false = {...TEAM, sections: [section("approvals", [row])]};
    await mountDay();
    await click("[data-act=approve]");
    await animationFrame();
    await animationFrame();
    expect(".o_notification").toHaveText(/Lead 8: approved/);
    expect.verifySteps([
        "get_day false",
        "action_approve funnel.stage.approval 8",
        "get_day team",
    ]);
});

test("a grade to review says why it is no better one, and leads there", async () => {
    days.false = TEAM;
    await mountDay();
    expect("[data-section=reviews] .o_funnel_better_grade").toHaveText(
        /B is suggested, not A:\s*the budget is unknown/
    );
    await click("[data-section=reviews] [data-field=funnel_budget_min]");
    await animationFrame();
    expect.verifySteps(["get_day false", "open crm.lead 3"]);
});

import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const PIPELINE = "/odoo/action-crm.crm_lead_action_pipeline";
const MY_DAY = "/odoo/action-sales_lead_funnel.funnel_my_day_action";

const openLead = (name) => [
    {
        content: `open the lead ${name} from the board`,
        trigger: `.o_kanban_record:contains("${name}") .fw-bold`,
        run: "click",
    },
    {trigger: ".o_form_view .o_funnel_grade_button"},
];

const openPage = (name) => [
    {trigger: `.nav-link[name=${name}]`, run: "click"},
    {trigger: `.nav-link.active[name=${name}]`},
];

const choose = (field, label) => [
    {trigger: `${field} input`, run: "click"},
    {trigger: `.o_select_menu_item:contains("${label}")`, run: "click"},
];

const NO_DIALOG = "body:not(:has(.modal))";

tours.add("funnel_rep_logs_from_board", {
    url: PIPELINE,
    steps: () => [
        {
            content: "the card says what is wrong",
            trigger:
                ".o_kanban_record:contains('Tour lead') .o_funnel_card_note.text-danger",
        },
        {
            content: "log a follow-up from the card, by the keyboard",
            trigger: ".o_kanban_record:contains('Tour lead') .o_funnel_log",
            run: (helpers) => {
                helpers.anchor.focus();
                return helpers.press("Enter");
            },
        },
        {
            content: "the cursor is where the rep starts to write",
            trigger: ".modal .o_field_widget[name=summary] textarea:focus",
            run: "edit They asked for a price",
        },
        {
            content: "six inputs, no more",
            trigger:
                ".modal:not(:has(.o_field_widget[name=situation], .o_field_widget[name=feedback]))",
        },
        {
            trigger: ".modal .o_field_widget[name=next_action] input",
            run: "edit Send the quotation",
        },
        {
            trigger: ".modal .o_field_widget[name=next_date] input",
            run: "edit +7d && press Tab",
        },
        {
            content: "Ctrl-Enter saves, also from within the text",
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit They asked for a price, soon && press Control+Enter",
        },
        {trigger: NO_DIALOG},
        {trigger: ".o_notification:contains('Logged. Next contact')"},
        {
            content: "the card behind the dialog is up to date",
            trigger:
                ".o_kanban_record:contains('Tour lead'):not(:has(.o_funnel_card_note.text-danger))",
        },
    ],
});

tours.add("funnel_rep_logs_from_form", {
    url: PIPELINE,
    steps: () => [
        ...openLead("Tour lead"),
        ...openPage("funnel_followups"),
        {
            trigger: ".o_statusbar_buttons button[name=action_funnel_log_followup]",
            run: "click",
        },
        {
            content: "showing SPIN saves nothing yet",
            trigger: ".modal .o_field_widget[name=show_more] input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=situation] textarea",
            run: "edit They count by hand",
        },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit They asked for a visit",
        },
        {trigger: ".modal footer .btn-primary", run: "click"},
        {trigger: NO_DIALOG},
        {
            content: "the form behind the dialog is up to date",
            trigger:
                ".o_field_widget[name=funnel_followup_ids] .o_data_row:contains('They asked for a visit')",
        },
        {
            content: "and so is its chatter",
            trigger: ".o-mail-Message:contains('They asked for a visit')",
        },
    ],
});

const finishCall = (summary, feedback) => [
    {
        content: `mark ${summary} as done`,
        trigger: `.o-mail-Activity:contains("${summary}") .o-mail-Activity-markDone`,
        run: "click",
    },
    {
        trigger: ".o-mail-ActivityMarkAsDone textarea",
        run: `edit ${feedback}`,
    },
    {
        trigger: ".o-mail-ActivityMarkAsDone button[aria-label='Done']",
        run: "click",
    },
];

tours.add("funnel_rep_finishes_calls", {
    url: PIPELINE,
    steps: () => [
        ...openLead("Tour lead"),
        ...openPage("funnel_followups"),
        ...finishCall("First call", "Nobody answered"),
        {
            content: "skip the form: nothing is lost",
            trigger: ".modal footer button:contains('Discard')",
            run: "click",
        },
        {trigger: NO_DIALOG},
        {trigger: ".o-mail-Message:contains('Nobody answered')"},
        ...finishCall("Second call", "They like it"),
        {
            content: "the form knows what was said",
            trigger:
                ".modal .o_field_widget[name=summary] textarea:value(/They like it/)",
        },
        {trigger: ".modal footer .btn-primary", run: "click"},
        {trigger: NO_DIALOG},
        {
            trigger:
                ".o_field_widget[name=funnel_followup_ids] .o_data_row:contains('They like it')",
        },
        ...finishCall("A note to write", "Written"),
        {
            content: "a to-do is done without any form",
            trigger: ".o-mail-Message:contains('Written')",
        },
        {trigger: NO_DIALOG},
    ],
});

const CHAIN = ".o_field_widget[name=funnel_stakeholder_ids]";
const addPerson = (name, role) => [
    {trigger: `${CHAIN} .o_field_x2many_list_row_add a`, run: "click"},
    {
        trigger: `${CHAIN} .o_selected_row .o_field_widget[name=name] input`,
        run: `edit ${name}`,
    },
    ...choose(`${CHAIN} .o_selected_row .o_field_widget[name=role]`, role),
];
const save = [
    {trigger: ".o_form_button_save", run: "click"},
    {trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible"},
];

tours.add("funnel_rep_builds_chain", {
    url: PIPELINE,
    steps: () => [
        ...openLead("Tour lead"),
        ...openPage("funnel_chain"),
        {
            content: "the gap is told",
            trigger: ".alert:contains('Who decides is unknown')",
        },
        ...addPerson("Olga Orlova", "Decision maker"),
        {
            content: "the gap is gone before saving",
            trigger: ".o_notebook:not(:has(.alert:contains('Who decides is unknown')))",
        },
        ...save,
        ...addPerson("Carl Finn", "Approver"),
        {
            trigger: `${CHAIN} .o_selected_row .o_field_widget[name=parent_id] input`,
            run: "edit Olga",
        },
        {
            trigger: ".ui-autocomplete .dropdown-item:contains('Olga Orlova')",
            run: "click",
        },
        ...save,
        {trigger: "button[name=action_funnel_open_chain]", run: "click"},
        {
            content: "the chain is drawn, top down",
            trigger: ".o_hierarchy_row:first .o_hierarchy_node:contains('Olga Orlova')",
        },
        {
            trigger: ".o_hierarchy_row:last .o_hierarchy_node:contains('Carl Finn')",
        },
    ],
});

tours.add("funnel_rep_adds_contact_to_chain", {
    url: PIPELINE,
    steps: () => [
        ...openLead("Tour lead"),
        ...openPage("funnel_chain"),
        {trigger: `${CHAIN} .o_field_x2many_list_row_add a`, run: "click"},
        {
            trigger: `${CHAIN} .o_selected_row .o_field_widget[name=name] input`,
            run: "edit Olga Orlova && press Tab",
        },
        {
            content: "the role is what Qualification says of our contact",
            trigger: `${CHAIN} .o_selected_row .o_field_widget[name=role] input:value(Decision maker)`,
        },
        ...save,
    ],
});

tours.add("funnel_rep_requests_resource", {
    url: PIPELINE,
    steps: () => [
        ...openLead("Tour lead"),
        ...openPage("funnel_closing"),
        {trigger: "button[name=action_funnel_request_resource]", run: "click"},
        {
            content: "the cursor is on the need; one button submits",
            trigger:
                ".modal:not(:has(footer .btn-primary ~ .btn-primary, .o_statusbar_buttons)) .o_field_widget[name=name] input:focus",
            run: "edit Engineer for the demo",
        },
        {
            trigger: ".modal .o_field_widget[name=wanted_date] input",
            run: "edit +5d && press Tab",
        },
        {trigger: ".modal button[name=action_submit]", run: "click"},
        {trigger: NO_DIALOG},
        {
            trigger:
                ".o_field_widget[name=funnel_request_ids] .o_data_row td:contains('Submitted')",
            run: "click",
        },
        {
            content: "a rep cannot answer it",
            trigger: ".modal .o_field_widget[name=name]",
        },
        {
            trigger: ".modal:not(:has(button[name=action_approve]))",
        },
    ],
});

tours.add("funnel_manager_answers_request", {
    url: MY_DAY,
    steps: () => [
        {
            trigger:
                "[data-section=requests] .o_funnel_day_open:contains('Engineer for the demo')",
            run: "click",
        },
        {
            content: "refusing without a reason says what is missing",
            trigger: "button[name=action_refuse]",
            run: "click",
        },
        {trigger: ".modal .modal-body:contains('Manager')"},
        {trigger: ".modal footer .btn-primary", run: "click"},
        {trigger: NO_DIALOG},
        {
            trigger: ".o_field_widget[name=assignee_id] input",
            run: "edit Tour Engineer",
        },
        {
            trigger: ".ui-autocomplete .dropdown-item:contains('Tour Engineer')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=planned_date] input",
            run: "edit +4d && press Tab",
        },
        {trigger: "button[name=action_approve]", run: "click"},
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Approved')",
        },
        {trigger: ".o_breadcrumb a:contains('My Day')", run: "click"},
        {
            content: "nothing waits any more, and the screen says so",
            trigger: "[data-section=requests] .o_funnel_day_empty",
        },
    ],
});

tours.add("funnel_rep_works_the_day", {
    url: MY_DAY,
    steps: () => [
        {
            content: "what is overdue tells for how long",
            trigger: "[data-section=overdue] .text-danger:contains('3 d overdue')",
        },
        {trigger: "[data-section=due] .o_funnel_day_empty"},
        {
            content: "a late closing step waits for me and puts its lead at risk",
            trigger: "[data-part=steps] .o_funnel_day_row:contains('Contract draft')",
        },
        {trigger: "[data-section=risk] .o_funnel_day_row:contains('Contract draft')"},
        {
            content: "a rep has no team screen",
            trigger:
                ".o_funnel_my_day:not(:has(.o_funnel_day_screens, .o_funnel_day_team))",
        },
        {
            content: "log the contact at once",
            trigger: "[data-section=overdue] .o_funnel_day_act",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit They decide next week",
        },
        {
            content: "a usual day is one click away",
            trigger: ".modal [data-date=week]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=next_date]:not(:has(.o_funnel_blank_date))",
        },
        {trigger: ".modal footer .btn-primary", run: "click"},
        {
            content: "and it is off the list",
            trigger: "[data-section=overdue] .o_funnel_day_empty",
        },
        {
            content: "the list button opens the same leads",
            trigger: "[data-section=risk] .o_funnel_day_all",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row:contains('Tour lead')"},
        {trigger: ".o_breadcrumb a:contains('My Day')", run: "click"},
        {
            content: "a row opens the lead",
            trigger: "[data-section=risk] .o_funnel_day_open:contains('Tour lead')",
            run: "click",
        },
        {trigger: ".o_form_view .o_funnel_grade_button"},
    ],
});

tours.add("funnel_manager_sees_the_team", {
    url: MY_DAY,
    steps: () => [
        {
            content: "leads are counted by rep",
            trigger:
                ".o_funnel_day_team tr:contains('tour_rep') [data-column=overdue]:contains('1')",
        },
        {
            content: "the meeting's list: what moved, what blocks, what comes next",
            trigger:
                ".o_funnel_day_meeting tr:contains('Tour lead') [data-cell=moved]:contains('follow-ups')",
        },
        {
            trigger:
                ".o_funnel_day_meeting tr:contains('Tour lead') [data-cell=blocker]:contains('Too expensive')",
        },
        {
            trigger:
                ".o_funnel_day_meeting tr:contains('Tour lead') [data-cell=next]:contains('Send the quotation')",
        },
        {
            content: "a cell opens these leads of this rep",
            trigger:
                ".o_funnel_day_team tr:contains('tour_rep') [data-column=overdue] button",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row:contains('Tour lead')"},
        {trigger: ".o_breadcrumb a:contains('My Day')", run: "click"},
        {
            content: "the manager's own leads are one click away",
            trigger: ".o_funnel_day_screens [data-screen=own]",
            run: "click",
        },
        {
            content: "an empty screen says so",
            trigger: "[data-section=overdue] .o_funnel_day_empty",
        },
        {trigger: ".o_funnel_day_screens [data-screen=team]", run: "click"},
        {
            content: "review a grade from the screen",
            trigger:
                "[data-section=reviews] .o_funnel_day_row:contains('Tour lead') .o_funnel_day_act",
            run: "click",
        },
        {trigger: ".modal footer .btn-primary:visible", run: "click"},
        {trigger: NO_DIALOG},
        {trigger: "[data-section=reviews] .o_funnel_day_empty"},
    ],
});

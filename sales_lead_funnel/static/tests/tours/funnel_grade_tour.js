import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const openLead = (name) => [
    {
        content: `open the lead ${name} from the board`,
        trigger: `.o_kanban_record:contains("${name}") .fw-bold`,
        run: "click",
    },
    {trigger: ".o_form_view .o_funnel_grade_button"},
];

registry.category("web_tour.tours").add("funnel_rep_proposes_grade", {
    url: "/odoo/action-crm.crm_lead_action_pipeline",
    steps: () => [
        ...openLead("Tour lead"),
        {
            content: "say that the need fits",
            trigger: ".o_field_widget[name=funnel_need_fit] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_item:contains('Full match')",
            run: "click",
        },
        {
            content: "the score follows before saving",
            trigger: '.o_funnel_grade_button:contains("100")',
        },
        {
            content: "ask why",
            trigger: ".o_funnel_grade_button",
            run: "click",
        },
        {
            content: "the popover lists what is not answered",
            trigger: '.o_funnel_why_popover td:contains("not answered")',
        },
        {
            content: "propose a grade",
            trigger: "button[name=action_funnel_propose_grade]",
            run: "click",
        },
        {
            content: "give the reason",
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit The need fits, budget still open",
        },
        {trigger: ".modal footer .btn-primary", run: "click"},
        {
            content: "the grade waits for review",
            trigger: ".o_field_widget[name=funnel_grade_state]:contains('To review')",
        },
        {
            content: "the badge is outlined until the review",
            trigger: ".o_funnel_grade_button .o_funnel_badge_open",
        },
        {
            content: "a rep has no button to review",
            trigger: ".o_form_view:not(:has(button[name=action_funnel_review_grade]))",
        },
    ],
});

registry.category("web_tour.tours").add("funnel_manager_reviews_grade", {
    url: "/odoo/action-sales_lead_funnel.crm_lead_action_to_review",
    steps: () => [
        {
            content: "choose the waiting lead",
            trigger: ".o_data_row:contains('Tour lead') .o_list_record_selector input",
            run: "click",
        },
        {
            content: "review it from the list",
            trigger: ".o_control_panel button:contains('Review grades')",
            run: "click",
        },
        {
            content: "correct the proposal",
            trigger: ".modal .o_field_widget[name=decision] input[data-value=correct]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=grade_id] input",
            run: "edit C",
        },
        {
            trigger: ".ui-autocomplete .dropdown-item:contains(C)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit No budget this year",
        },
        {trigger: ".modal footer .btn-primary:visible", run: "click"},
        {
            content: "nothing waits any more",
            trigger: ".o_list_view .o_view_nocontent",
        },
    ],
});

registry.category("web_tour.tours").add("funnel_drag_writes_ledger", {
    url: "/odoo/action-crm.crm_lead_action_pipeline",
    steps: () => [
        {
            content: "drag the card to the next stage",
            trigger: ".o_kanban_record:contains('Tour lead')",
            run: "drag_and_drop (.o_opportunity_kanban .o_kanban_group:has(.o_column_title:contains('Qualified')))",
        },
        {
            trigger:
                ".o_kanban_group:has(.o_column_title:contains('Qualified')) .o_kanban_record:contains('Tour lead')",
        },
        ...openLead("Tour lead"),
        {
            trigger: ".nav-link[name=funnel_history]",
            run: "click",
        },
        {
            content: "the history tells the board as path",
            trigger:
                ".o_field_widget[name=funnel_stage_move_ids] .o_data_row td:contains('Board')",
        },
    ],
});

registry.category("web_tour.tours").add("funnel_wrong_entry_is_explained", {
    url: "/odoo/action-crm.crm_lead_action_pipeline",
    steps: () => [
        ...openLead("Tour lead"),
        {
            content: "the range is the wrong way round",
            trigger: ".o_field_widget[name=funnel_budget_min] input",
            run: "edit 60000",
        },
        {
            trigger: ".o_field_widget[name=funnel_budget_max] input",
            run: "edit 50000",
        },
        {
            content: "why follows before saving",
            trigger: ".o_funnel_why td:contains('50,000 to 100,000')",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {
            content: "the dialog says what is wrong and what to do",
            trigger: ".o_error_dialog:contains('Correct the range')",
        },
        {
            trigger: ".o_error_dialog .btn-primary, .o_error_dialog .btn-close",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=funnel_budget_max] input",
            run: "edit 70000",
        },
        ...stepUtils.saveForm(),
    ],
});

const budget = (end) => `.o_field_widget[name=funnel_budget_${end}] input`;

registry.category("web_tour.tours").add("funnel_zero_is_an_answer", {
    url: "/odoo/crm/new",
    steps: () => [
        {
            trigger: ".o_form_view .o_field_widget[name=name] textarea",
            run: "edit Zero lead",
        },
        {
            content: "nothing is known, and nothing is shown",
            trigger: `${budget("min")}:value(/^$/)`,
        },
        {trigger: budget("min"), run: "edit 0"},
        {trigger: budget("min"), run: "press Tab"},
        {
            content: "left by a key, the 0 stays",
            trigger: `${budget("min")}:value(0.00)`,
        },
        ...stepUtils.saveForm(),
        {trigger: budget("max"), run: "edit 50000"},
        ...stepUtils.saveForm(),
        {
            content: "emptied, the number is unknown again",
            trigger: budget("max"),
            run: "clear",
        },
        {trigger: budget("max"), run: "press Tab"},
        {trigger: `${budget("max")}:value(/^$/)`},
        ...stepUtils.saveForm(),
    ],
});

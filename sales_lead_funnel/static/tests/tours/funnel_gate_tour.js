import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const PIPELINE = "/odoo/action-crm.crm_lead_action_pipeline";
const NO_DIALOG = "body:not(:has(.modal))";

const column = (name) => `.o_kanban_group:has(.o_column_title:contains('${name}'))`;
const card = (name) => `${column(name)} .o_kanban_record:contains('Tour lead')`;
const drop = (from, to) => ({
    content: `drag the card from ${from} to ${to}`,
    trigger: card(from),
    run: `drag_and_drop (.o_opportunity_kanban ${column(to)})`,
});

tours.add("funnel_rep_answers_blocked_drop", {
    url: PIPELINE,
    steps: () => [
        drop("Tour one", "Tour two"),
        {
            content: "the dialog says what is missing and asks for that only",
            trigger:
                ".modal:has(.o_funnel_check[data-done='0']:contains('Ask what they need')):not(:has(.o_field_widget[name=funnel_authority]))",
        },
        {
            content: "meanwhile the card is back where it was",
            trigger: card("Tour one"),
        },
        {
            content: "leave it there",
            trigger: ".modal footer .btn-secondary",
            run: "click",
        },
        {trigger: NO_DIALOG},
        {trigger: card("Tour one")},
        drop("Tour one", "Tour two"),
        {
            content: "the cursor is in the first answer",
            trigger: ".modal .o_field_widget[name=funnel_need] textarea:focus",
        },
        {
            content: "nothing filled in: it turns red, in this very dialog",
            trigger: ".modal footer button[name=action_funnel_gate_move]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=funnel_need].o_field_invalid, .modal .o_field_invalid [name=funnel_need]",
        },
        {trigger: "body:not(:has(.modal ~ .modal, .o_error_dialog))"},
        {trigger: ".o_notification:contains('Ask what they need')"},
        {
            trigger: ".modal .o_field_widget[name=funnel_need] textarea",
            run: "edit A CRM for fifty people",
        },
        {
            content: "what was answered is ticked off at once",
            trigger: ".modal .o_field_widget[name=funnel_need] textarea",
            run: "press Tab",
        },
        {trigger: ".modal .o_funnel_check[data-done='1']"},
        {
            trigger: ".modal footer button[name=action_funnel_gate_move]",
            run: "click",
        },
        {trigger: NO_DIALOG},
        {
            content: "the card has moved",
            trigger: card("Tour two"),
        },
    ],
});

tours.add("funnel_rep_asks_approval", {
    url: PIPELINE,
    steps: () => [
        drop("Tour one", "Tour two"),
        {
            content: "the dialog says what is confirmed and who is asked",
            trigger:
                ".modal:has(.o_field_widget[name=criteria_text]:contains('Confirmed by the manager')):has(.o_field_widget[name=asked_name]:contains('tour_manager'))",
        },
        {
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit They want it now",
        },
        {trigger: ".modal footer button[name=action_send]", run: "click"},
        {trigger: NO_DIALOG},
        {
            content: "the card waits where it was",
            trigger: `${card("Tour one")} .o_funnel_card_note:contains('Waiting for approval')`,
        },
    ],
});

tours.add("funnel_manager_approves", {
    url: "/odoo/action-sales_lead_funnel.funnel_stage_approval_action",
    steps: () => [
        {
            trigger:
                ".o_data_row:contains('Tour lead') .o_data_cell:contains('Tour two')",
            run: "click",
        },
        {
            trigger: ".o_statusbar_buttons button[name=action_approve]",
            run: "click",
        },
        {
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Approved')",
        },
    ],
});

tours.add("funnel_rep_is_asked_on_the_form", {
    url: PIPELINE,
    steps: () => [
        {trigger: `${card("Tour one")} .fw-bold`, run: "click"},
        {
            content: "the form shows what the next stage asks",
            trigger: ".o_form_view .o_funnel_check[data-done='0']",
        },
        {
            content: "edit something else as well",
            trigger: ".o_field_widget[name=name] textarea",
            run: "edit Tour lead renamed",
        },
        {
            trigger: ".o_arrow_button:contains('Tour two')",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=funnel_need] textarea",
            run: "edit A CRM",
        },
        {
            trigger: ".modal footer button[name=action_funnel_gate_move]",
            run: "click",
        },
        {trigger: NO_DIALOG},
        {trigger: ".o_arrow_button_current:contains('Tour two')"},
        {
            content: "the other edit was kept",
            trigger:
                ".o_form_view:has(.o_field_widget[name=name] textarea:value('Tour lead renamed'))",
        },
    ],
});

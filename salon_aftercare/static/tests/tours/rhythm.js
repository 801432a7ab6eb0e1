import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("salon_aftercare_asks_why", {
    steps: () => [
        { content: "the list says who is lost", trigger: ".o_data_row:contains('Lotte Lost'):contains('Lost')" },
        { trigger: ".o_data_row:contains('Lotte Lost') td[name='partner_id']", run: "click" },
        {
            content: "one sentence says how often she came, and since when she does not",
            trigger: ".o_field_widget[name='rhythm']:contains('Comes every 30 days'):contains('lost since')",
        },
        { content: "ask her why", trigger: "button[name='action_ask_reason']", run: "click" },
        { trigger: ".modal .o_field_widget[name='reason_id'] input", run: "edit expensive" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Too expensive')", run: "click" },
        { trigger: ".modal .o_field_widget[name='note'] textarea", run: "edit Cheaper next door" },
        { trigger: ".modal .modal-footer button:contains('Note It')", run: "click" },
        {
            content: "it stands on her file",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='lost_reason']:contains('Cheaper next door')",
        },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_care_plan", {
    steps: () => [
        { trigger: ".o_data_row:contains('A calm scalp') td[name='partner_id']", run: "click" },
        { content: "she agreed", trigger: "button[name='action_agree']", run: "click" },
        { content: "the visits have their days", trigger: ".o_field_widget[name='line_ids'] .o_data_row:nth-child(2)" },
        { trigger: ".o_arrow_button_current:contains('Agreed')" },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_care_plan_phone", {
    steps: () => [
        { trigger: ".o_kanban_record:contains('A calm scalp')", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='name'] input" },
        { trigger: ".o_statusbar_buttons button[name='action_agree']", run: "click" },
        { trigger: ".o_field_widget[name='line_ids'] .o_kanban_record" },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_coming_back", {
    steps: () => [
        { content: "states by month", trigger: ".o_pivot th:contains('Lost')" },
        { content: "the list behind a figure", trigger: ".o_pivot .o_pivot_cell_value", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains('Lotte Lost')" },
    ],
});

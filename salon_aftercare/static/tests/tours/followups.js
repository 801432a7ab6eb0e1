import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("salon_aftercare_followups", {
    steps: () => [
        {
            content: "who is due today is listed, who is due later is not",
            trigger: ".o_list_view:not(:contains('Emma Tomorrow')) .o_data_row:contains('Clara Client')",
        },
        {
            content: "skip one of them",
            trigger: ".o_data_row:contains('Dora Client') button[name='action_skip']",
            run: "click",
        },
        {
            content: "say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Was here again yesterday",
        },
        { trigger: ".modal button[name='action_skip']", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_list_view:not(:contains('Dora Client'))" },
        {
            content: "open the other",
            trigger: ".o_data_row:contains('Clara Client') td[name='partner_id']",
            run: "click",
        },
        {
            content: "read the script, and what was done",
            trigger: ".o_form_view:contains('How do you feel with the result'):contains('Cut')",
        },
        { content: "done", trigger: ".o_statusbar_buttons button[name='action_done']", run: "click" },
        {
            content: "the client was reached",
            trigger: ".modal .o_field_widget[name='reached'] .o_selection_badge:contains('Yes')",
            run: "click",
        },
        {
            content: "and is delighted",
            trigger: ".modal .o_field_widget[name='rating'] .o_selection_badge:contains('Great')",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name='said'] textarea", run: "edit Wants the same again" },
        { trigger: ".modal button[name='action_done']", run: "click" },
        {
            content: "it is done",
            trigger: "body:not(:has(.modal)) .o_arrow_button_current:contains('Done')",
        },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_followups_phone", {
    steps: () => [
        {
            content: "the day's clients are cards, with a number to tap",
            trigger: ".o_kanban_record:contains('Clara Client') a[href^='tel:']",
        },
        { trigger: ".o_kanban_record:contains('Clara Client') button[name='action_done']", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='reached'] .o_selection_badge:contains('No')",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name='said'] textarea", run: "edit No answer" },
        { trigger: ".modal button[name='action_done']", run: "click" },
        { content: "nobody is left", trigger: "body:not(:has(.modal)) .o_kanban_view:not(:contains('Clara Client'))" },
    ],
});

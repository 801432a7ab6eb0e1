import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("salon_aftercare_feedback_note", {
    steps: () => [
        {
            content: "note on the visit what the client said",
            trigger: "button[name='action_note_feedback']:contains('Note Feedback')",
            run: "click",
        },
        {
            content: "the client is not content",
            trigger: ".modal .o_field_widget[name='rating'] .o_selection_badge:contains('Poor')",
            run: "click",
        },
        { trigger: ".modal .o_field_widget[name='comment'] textarea", run: "edit Too short at the back" },
        { trigger: ".modal button[name='action_save']", run: "click" },
        {
            content: "it stands on the visit, and leads to the answer",
            trigger: "body:not(:has(.modal)) button[name='action_note_feedback']:contains('2 of 5')",
            run: "click",
        },
        {
            content: "somebody has to see to it",
            trigger: ".o_form_view:contains('Too short at the back') .alert-danger:contains('not content')",
        },
        { content: "there is a case", trigger: "button[name='action_view_case']", run: "click" },
        { trigger: ".o_form_view:contains('Feedback: 2 of 5')" },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_feedback_list", {
    steps: () => [
        {
            content: "answers are listed, with what was said",
            trigger: ".o_list_view .o_data_row:contains('Clara Client'):contains('Lovely, thank you')",
        },
        { content: "who did not answer is not", trigger: ".o_list_view:not(:contains('Silent Sam'))" },
        { trigger: ".o_data_row:contains('Lovely') td[name='comment']", run: "click" },
        { trigger: ".o_form_view blockquote:contains('Lovely, thank you')" },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_feedback_figures", {
    steps: () => [
        {
            content: "by stylist, with the number of answers and the trade's bars beside",
            trigger:
                ".o_pivot_view:contains('Satisfaction'):contains('Answers'):contains('Bar: Welcome'):contains('Bar: Consultation %')",
        },
        { trigger: ".o_pivot_view th:contains('Tour Stylist')" },
        {
            content: "a figure leads to the answers behind it",
            trigger: ".o_pivot_view tr:has(th:contains('Tour Stylist')) td.o_pivot_cell_value:contains('3.00')",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains('Clara Client') td[name='product_id']", run: "click" },
        { trigger: ".o_form_view:contains('Clara Client') .o_field_widget[name='rating']" },
    ],
});

registry.category("web_tour.tours").add("salon_aftercare_feedback_note_phone", {
    steps: () => [
        { content: "what else there is", trigger: ".o_button_more", run: "click" },
        { trigger: "button[name='action_note_feedback']:contains('Note Feedback')", run: "click" },
        {
            trigger: ".modal .o_field_widget[name='rating'] .o_selection_badge:contains('Great')",
            run: "click",
        },
        { trigger: ".modal button[name='action_save']", run: "click" },
        { content: "it is kept", trigger: "body:not(:has(.modal)) .o_form_view" },
    ],
});

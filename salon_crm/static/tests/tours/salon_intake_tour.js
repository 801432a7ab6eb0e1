import { registry } from "@web/core/registry";

const ROW = ".o_salon_intake_row";

/** A manager writes a form: a heading, a question that fills the file and one about health. */
registry.category("web_tour.tours").add("salon_manager_writes_intake_form", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name='name'] input", run: "edit Tour Form" },
        { trigger: ".o_field_widget[name='question_ids'] .o_field_x2many_list_row_add button, .o_field_widget[name='question_ids'] .o_field_x2many_list_row_add a", run: "click" },
        { trigger: ".modal .o_field_widget[name='name'] input", run: "edit When were you born?" },
        { trigger: ".modal .o_field_widget[name='target'] input", run: "click" },
        { trigger: ".o_select_menu_item:contains(Birthday)", run: "click" },
        {
            content: "the field of the file says how it is asked",
            trigger: ".modal .o_field_widget[name='kind'] input:value(Date)",
        },
        { trigger: ".modal footer .o_form_button_save_new, .modal-footer .o_form_button_save_new", run: "click" },
        {
            content: "the dialog is that of the next question",
            trigger: ".modal .o_field_widget[name='kind'] input:value(Short text)",
        },
        { trigger: ".modal .o_field_widget[name='name'] input", run: "edit Any allergies?" },
        { trigger: ".modal .o_field_widget[name='health'] input", run: "click" },
        { trigger: ".o_select_menu_item:contains(Allergies)", run: "click" },
        { trigger: ".modal:not(:has(.o_field_widget[name='target']))" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_data_row:contains(Any allergies?):contains(Allergies and intolerances)" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_view:not(:has(.o_form_dirty)) button[name='action_preview']:visible" },
    ],
});

/** The front desk looks at what a client answered, leaves one answer out and takes the others over. */
registry.category("web_tour.tours").add("salon_desk_reviews_intake", {
    steps: () => [
        { trigger: ".alert:contains(This client has filled in a form) button", run: "click" },
        { trigger: `${ROW}:contains(Your WeChat?):contains(clara_c) input:checked` },
        {
            content: "what the file says already is left as it is, until it is ticked",
            trigger: `${ROW}:contains(Your birthday?) input:not(:checked)`,
        },
        { trigger: `${ROW}:contains(Your email?):contains(the same):not(:has(input))` },
        { trigger: `${ROW}:contains(You are?) input:checked`, run: "click" },
        { trigger: ".o_salon_intake_health:not(:has(button)):contains(A stylist who serves them)" },
        { trigger: ".o_salon_intake_take", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Reviewed)" },
        { trigger: `${ROW}:contains(Your WeChat?):contains(taken over):not(:has(input))` },
        { trigger: `${ROW}:contains(You are?):not(:contains(taken over))` },
    ],
});

/** A stylist sees what the client told of their health and notes it. */
registry.category("web_tour.tours").add("salon_stylist_reviews_intake_health", {
    steps: () => [
        { trigger: ".o_salon_intake_health:not(:contains(Zz Substance)) .o_salon_intake_show", run: "click" },
        { trigger: ".o_salon_intake_proposal:contains(Zz Substance) select", run: "select 3" },
        { trigger: ".o_salon_intake_told:contains(No thanks) .o_salon_intake_proposal input", run: "click" },
        { trigger: ".o_salon_intake_take_health", run: "click" },
        { trigger: ".o_field_widget[name='health_state']:contains(Reviewed)" },
        { trigger: ".o_salon_intake_show.btn-secondary" },
    ],
});

/** The front desk asks a client by the dialog; the file is not reviewed for long, and is now. */
registry.category("web_tour.tours").add("salon_desk_asks_and_reviews_file", {
    steps: () => [
        { trigger: ".alert:contains(Nobody has reviewed this file) button", run: "click" },
        { trigger: ".o_form_view:not(:has(.alert:contains(Nobody has reviewed):visible)) button[name='action_ask_intake']", run: "click" },
        { trigger: ".modal .o_field_widget[name='reached_by']:contains(clara@example.com)" },
        { trigger: ".modal button[name='action_send']", run: "click" },
        { trigger: ".o_notification:contains(Asked: clara@example.com)" },
        { trigger: "body:not(:has(.modal)) button[name='action_view_intakes']" },
    ],
});

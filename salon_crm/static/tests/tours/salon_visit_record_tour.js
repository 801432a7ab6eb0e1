import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const DIAGNOSES = ".o_field_widget[name='diagnosis_ids']";

/** On a phone: a visit says what is missing, is not closed, and then is. */
registry.category("web_tour.tours").add("salon_visit_lacks_record", {
    steps: () => [
        { trigger: ".o_salon_missing:contains(Advice for Home, Next Visit Recommended)" },
        { content: "the service begins", trigger: ".o_kanban_record:contains(Colour) [name='action_begin']", run: "click" },
        { content: "and ends", trigger: ".o_kanban_record:contains(Colour) [name='action_finish']", run: "click" },
        { trigger: ".o_kanban_record:contains(Colour):not(:has([name='action_finish']))" },
        { trigger: ".o_statusbar_buttons button[name='action_done']:visible", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { content: "one sentence says why not", trigger: ".modal:contains(can't be closed yet):contains(Advice for Home)" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_field_widget[name='result'] .btn:contains(As wished)", run: "click" },
        { trigger: ".o_field_widget[name='home_advice'] textarea", run: "edit Colour shampoo" },
        { trigger: ".o_field_widget[name='next_weeks'] input", run: "edit 6 && press Tab" },
        { trigger: ".o_form_view:not(:has(.o_salon_missing))" },
        { trigger: ".o_statusbar_buttons button[name='action_done']:visible", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_form_view:not(:has(button[name='action_done']:visible)) .o_statusbar_status:contains(Done)" },
    ],
});

/** Before the service, what is advised, and after it. */
registry.category("web_tour.tours").add("salon_stylist_diagnoses", {
    steps: () => [
        { trigger: `${DIAGNOSES} .o_field_x2many_list_row_add button, ${DIAGNOSES} .o_field_x2many_list_row_add a`, run: "click" },
        { trigger: ".modal [name='damage'] .btn:contains(Strong), .modal [name='damage'] .o_selection_badge:contains(Strong)", run: "click" },
        { trigger: ".modal [name='advice_ids'] .o_field_x2many_list_row_add button, .modal [name='advice_ids'] .o_field_x2many_list_row_add a", run: "click" },
        { trigger: ".modal .o_selected_row [name='product_id'] input", run: "edit Tour Serum" },
        { trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Tour Serum)", run: "click" },
        { content: "what it costs", trigger: ".modal .o_selected_row [name='price'] input:value(48.00)", run: "edit 45" },
        { trigger: ".modal-footer .o_form_button_save", run: "click" },
        ...stepUtils.saveForm(),
        { trigger: `${DIAGNOSES} .o_data_row:contains(Strong) button[name='action_after']`, run: "click" },
        { content: "it begins with how it was", trigger: ".modal [name='damage'] .active:contains(Strong)" },
        { trigger: ".modal [name='damage'] .btn:contains(Slight), .modal [name='damage'] .o_selection_badge:contains(Slight)", run: "click" },
        { trigger: ".modal-footer .o_form_button_save, .modal-footer button[special='save']", run: "click" },
        { trigger: `body:not(:has(.modal)) ${DIAGNOSES} .o_data_row:contains(Damage: Strong → Slight)` },
    ],
});

registry.category("web_tour.tours").add("salon_stylist_reads_diagnoses", {
    steps: () => [
        { trigger: "button[name='action_view_diagnoses']", run: "click" },
        { trigger: ".o_data_row:contains(After):contains(Damage: Strong → Slight)" },
        { trigger: ".o_data_row:contains(Before) .o_data_cell[name='findings']", run: "click" },
        { trigger: ".o_form_view:contains(Clara Client) [name='advice_ids'] .o_data_row:contains(Tour Serum)" },
    ],
});

import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import { registry } from "@web/core/registry";

const button = (name, within = ".o_statusbar_buttons") => ({
    trigger: `${within} button[name='${name}']:not(:disabled)`,
    run: "click",
});
const state = (label) => ({ trigger: `.o_arrow_button_current:contains('${label}')` });
const noDialog = "body:not(:has(.modal))";

/** From the visit of a client who complains to the end of the case. */
registry.category("web_tour.tours").add("salon_case_solved", {
    steps: () => [
        { content: "the client is not content", ...button("action_open_case", ".o_salon_visit_case") },
        {
            content: "it is a complaint of this client about this visit",
            trigger: ".o_form_view .o_field_widget[name='partner_id'] input:value('Clara Client')",
        },
        { trigger: ".o_field_widget[name='name'] input", run: "edit Fringe is crooked" },
        { trigger: ".o_field_widget[name='description'] textarea", run: "edit She showed me in the mirror" },
        { content: "it gets its clocks", trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_field_widget[name='due_at']" },
        { content: "a free redo is offered by itself", trigger: ".alert-success:contains('quality guarantee')" },
        button("action_answer"),
        { trigger: ".modal .o_field_widget[name='answer'] textarea", run: "edit Sorry, we put it right" },
        button("action_answer", ".modal footer"),
        { trigger: noDialog },
        state("Replied"),
        button("action_propose"),
        state("Proposed"),
        button("action_agree"),
        state("Agreed"),
        button("action_solve"),
        state("Solved"),
        { content: "the call after the solution", ...button("action_called") },
        { trigger: ".modal .o_field_widget[name='handling_reached'] .o_selection_badge:contains('Yes')", run: "click" },
        { trigger: ".modal .o_field_widget[name='handling_rating'] .o_selection_badge:contains('Good')", run: "click" },
        { trigger: ".modal .o_field_widget[name='handling_said'] textarea", run: "edit Fine now" },
        button("action_called", ".modal footer"),
        { trigger: `${noDialog} .o_statusbar_buttons:not(:has(button[name='action_called']))` },
        { content: "it can't be closed without a cause", ...button("action_close") },
        { trigger: ".modal:contains('Cause')" },
        { trigger: ".modal .modal-footer button", run: "click" },
        { trigger: `${noDialog} .nav-link[name='learn']`, run: "click" },
        { trigger: ".o_field_widget[name='cause_id'] input", run: "edit hurry" },
        { trigger: ".ui-autocomplete a:contains('Done in a hurry')", run: "click" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_button_save:not(:visible)" },
        button("action_close"),
        state("Closed"),
    ],
});

/** A stylist at the chair: two taps, and what to do is there. */
registry.category("web_tour.tours").add("salon_incident", {
    steps: () => [
        { content: "somebody was hurt", ...button("action_salon_incident", ".o_salon_visit_case") },
        {
            content: "large enough for wet gloves",
            trigger: ".modal .o_salon_incident_kinds button:contains('Burn')",
            run({ anchor }) {
                const box = anchor.getBoundingClientRect();
                if (box.height < 100 || box.width < 140) {
                    throw new Error(`too small for a thumb: ${box.width} × ${box.height}`);
                }
                anchor.click();
            },
        },
        {
            content: "what to do at once",
            trigger: `${noDialog} .o_salon_case_todos:contains('Cool with lukewarm running water')`,
        },
        { content: "done", trigger: ".o_salon_case_todos .o_data_row:first .o_boolean_toggle input", run: "click" },
        { trigger: ".o_salon_case_todos .o_data_row:first .o_boolean_toggle input:checked" },
        { trigger: ".o_field_widget[name='witnesses'] textarea", run: "edit Ben" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_button_save:not(:visible)" },
    ],
});

registry.category("web_tour.tours").add("salon_incident_phone", {
    steps: () => [
        button("action_salon_incident", ".o_salon_visit_case"),
        { trigger: ".modal .o_salon_incident_kinds button:contains('Allergic Reaction')", run: "click" },
        {
            content: "what to do stands before anything else, and fits the screen",
            trigger: `${noDialog} .o_salon_case_todos .o_kanban_record:contains('Rinse the product off')`,
            run() {
                if (document.documentElement.scrollWidth > window.innerWidth) {
                    throw new Error("wider than the screen");
                }
            },
        },
        {
            content: "tick it",
            trigger: ".o_salon_case_todos .o_kanban_record:contains('Rinse the product off') .o_boolean_toggle input",
            run: "click",
        },
        {
            trigger:
                ".o_salon_case_todos .o_kanban_record:contains('Rinse the product off') .o_boolean_toggle input:checked",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_button_save:not(:visible)" },
    ],
});

/** What is done again for free is not charged, and the order says why. */
registry.category("web_tour.tours").add("salon_till_free_redo", {
    steps: () =>
        [
            Till.open("Clara Client"),
            Till.takeVisit("Cut", "Anna"),
            ProductScreen.selectedOrderlineHas("Facial", "1", "200.0"),
            { trigger: ".orderline:contains('Cut'):contains('Free redo'):contains('0.00')" },
            { trigger: ".order-summary .total:contains('200.00'), .order-summary:contains('200.00')" },
            Till.pay(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

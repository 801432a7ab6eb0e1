import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as Order from "@point_of_sale/../tests/generic_helpers/order_widget_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { registry } from "@web/core/registry";

const TESTS = ".o_field_widget[name='patch_test_ids']";

/** What a service needs stands on its own form. */
registry.category("web_tour.tours").add("salon_manager_names_patch_test", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='salon']", run: "click" },
        { trigger: ".o_field_widget[name='salon_patch_test_line_ids'] input", run: "edit Tour Colours" },
        { trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Tour Colours)", run: "click" },
        { trigger: ".o_field_widget[name='salon_patch_test_line_ids']:contains(Tour Colours)" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
    ],
});

/** A stylist notes that a test was made, and days later that nothing was seen. */
registry.category("web_tour.tours").add("salon_stylist_notes_patch_test", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='safety']", run: "click" },
        { trigger: `${TESTS} .o_field_x2many_list_row_add a`, run: "click" },
        { trigger: ".modal .o_field_widget[name='product_line_id'] input", run: "edit Tour Colours" },
        { trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Tour Colours)", run: "click" },
        { trigger: ".modal .o_field_widget[name='result'] input[data-value='clear']", run: "click" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: `body:not(:has(.modal)) ${TESTS} .o_data_row:contains(Tour Colours)` },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: `.o_form_saved ${TESTS} .o_data_row:contains(Valid Soon)` },
    ],
});

/** What was seen goes to the health notes. */
registry.category("web_tour.tours").add("salon_stylist_notes_reaction", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='safety']", run: "click" },
        { trigger: `${TESTS} .o_data_row:contains(Waits for the Result) .o_data_cell[name='product_line_id']`, run: "click" },
        { trigger: ".modal .o_field_widget[name='result'] input[data-value='reaction']", run: "click" },
        { trigger: ".modal .o_field_widget[name='state']:contains(Not Possible)" },
        { trigger: ".modal .o_field_widget[name='seen'] textarea", run: "edit Tour redness" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: `body:not(:has(.modal)) ${TESTS} .o_data_row:contains(Not Possible)` },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: `.o_form_saved ${TESTS} .o_data_row:contains(Not Possible)` },
    ],
});

/** The front desk sees that it can't be, and not what was seen. */
registry.category("web_tour.tours").add("salon_desk_sees_blocked_line", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='safety']", run: "click" },
        { trigger: `${TESTS}:not(:contains(Reaction)) .o_data_row:contains(Not Possible)` },
        { trigger: `${TESTS}:not(:has(.o_field_x2many_list_row_add))` },
    ],
});

/** Who is booked and has no test yet is called in time; the booking says so as well. */
registry.category("web_tour.tours").add("salon_desk_sees_who_needs_a_test", {
    steps: () => [
        { trigger: ".o_data_row:contains(Clara Client):contains(needs a patch test) .o_data_cell[name='salon_client_id']", run: "click" },
        { trigger: ".o_form_view .alert-danger:contains(“Colour” needs a patch test (Tour Colours))" },
    ],
});

/** The till says why before anything is paid; without the service the rest is sold. */
registry.category("web_tour.tours").add("salon_till_refuses_service", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickDisplayedProduct("Colour"),
            ProductScreen.clickPayButton(false),
            { trigger: ".modal:contains(needs a valid patch test)" },
            Dialog.confirm(),
            ProductScreen.clickNumpad("⌫", "⌫"),
            Order.doesNotHaveLine({ productName: "Colour" }),
            Till.pay(),
            Till.close(),
        ].flat(),
});

/** What clients sign is written in the salon. */
registry.category("web_tour.tours").add("salon_manager_writes_form", {
    steps: () => [
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name='name'] input", run: "edit Tour Form" },
        { trigger: ".o_field_widget[name='kind'] input", run: "click" },
        { trigger: ".o_select_menu_item:contains(Photos)", run: "click" },
        { trigger: ".o_field_widget[name='text'] .odoo-editor-editable", run: "editor Tour words" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
    ],
});

/** The booking says what is missing; one click sends the link. */
registry.category("web_tour.tours").add("salon_desk_asks_for_consent", {
    steps: () => [
        { trigger: ".o_form_view .alert-danger:contains(Consent missing: Tour Form)" },
        { trigger: "button[name='action_salon_sign_here']", run: "click" },
        { trigger: ".modal:contains(You are logged out on this device) .btn-secondary", run: "click" },
        { trigger: "button[name='action_salon_ask_consent']", run: "click" },
        { trigger: ".o_notification:contains(clara@example.com)" },
    ],
});

/** What was signed stays on record, and holds no longer. */
registry.category("web_tour.tours").add("salon_desk_withdraws_consent", {
    steps: () => [
        { trigger: ".o_data_row:contains(Tour Form) .o_data_cell[name='title']", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='signature'] img" },
        { trigger: "button[name='action_withdraw']", run: "click" },
        { trigger: ".modal-footer .btn-primary", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='state']:contains(Withdrawn)" },
    ],
});

import { registry } from "@web/core/registry";

const WIDGET = ".o_salon_health";

/** A stylist writes down what the client told, hides it, shows it again and changes it. */
registry.category("web_tour.tours").add("salon_stylist_notes_health", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='health']", run: "click" },
        {
            content: "nothing is there before somebody says what for",
            trigger: `${WIDGET}:not(:has(.o_salon_health_note)):not(:has(.o_salon_health_add))`,
        },
        { trigger: `${WIDGET} .o_salon_health_purpose`, run: "select consultation" },
        { trigger: `${WIDGET} .o_salon_health_show`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_add`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_kind`, run: "select scalp" },
        { trigger: `${WIDGET} .o_salon_health_condition`, run: "select psoriasis" },
        { trigger: `${WIDGET} .o_salon_health_text`, run: "edit Behind the ears" },
        { trigger: `${WIDGET} .o_salon_health_save`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_note:contains(Scalp · Psoriasis):contains(Behind the ears)` },
        { trigger: `${WIDGET} .o_salon_health_hide`, run: "click" },
        { trigger: `${WIDGET}:not(:contains(Behind the ears)) .o_salon_health_show`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_note:contains(Behind) .o_salon_health_edit`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_text`, run: "edit Behind the ears and on the neck" },
        { trigger: `${WIDGET} .o_salon_health_save`, run: "click" },
        { trigger: `${WIDGET} .o_salon_health_note:contains(on the neck)` },
    ],
});

/** The front desk has the file, and no page of health. */
registry.category("web_tour.tours").add("salon_desk_sees_no_health", {
    steps: () => [
        { trigger: ".o_form_view:has(.o_field_widget[name='alert']):not(:has(.nav-link[name='health']))" },
    ],
});

/** A stylist notes what the client does not bear. */
registry.category("web_tour.tours").add("salon_stylist_notes_sensitivity", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='health']", run: "click" },
        { trigger: "button[name='action_view_sensitivities']", run: "click" },
        { trigger: ".o_control_panel .o_list_button_add", run: "click" },
        { trigger: ".o_selected_row .o_field_widget[name='substance_id'] input", run: "edit Tour Substance" },
        { trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Tour Substance)", run: "click" },
        { trigger: ".o_list_button_save", run: "click" },
        { trigger: ".o_data_row:not(.o_selected_row):contains(Tour Substance):contains(Allergy)" },
    ],
});

/** A manager says why the client may have a service all the same, and reads it again. */
registry.category("web_tour.tours").add("salon_manager_makes_exception", {
    steps: () => [
        { trigger: ".o_form_view .nav-link[name='health']", run: "click" },
        { trigger: "button[name='action_make_override']", run: "click" },
        { trigger: ".modal .o_field_widget[name='product_tmpl_id'] input", run: "edit Colour" },
        { trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Colour)", run: "click" },
        { trigger: ".o_field_widget[name='reason'] textarea", run: "edit Patch test was clean" },
        { trigger: ".modal footer button[special='save'], .modal-footer button.btn-primary:contains(Make Exception)", run: "click" },
        { trigger: "body:not(:has(.modal)) .nav-link[name='health']", run: "click" },
        { trigger: "button[name='action_view_overrides']", run: "click" },
        { trigger: ".o_data_row:contains(Colour) button[name='action_show_reason']", run: "click" },
        { trigger: ".o_notification:contains(Patch test was clean)" },
    ],
});

const TIMES = ".o_salon_times";

/** The front desk sees that it can't be, and not why. */
registry.category("web_tour.tours").add("salon_desk_is_refused_a_service", {
    steps: () => [
        { trigger: `${TIMES} .o_salon_times_message:contains(Ask a manager)` },
        { trigger: `${TIMES}:not(:has(.o_salon_time)):not(:has(.o_salon_times_why)):not(:has(.o_salon_times_except))` },
    ],
});

/** A stylist who serves the client looks up why. */
registry.category("web_tour.tours").add("salon_stylist_sees_why_a_service_is_refused", {
    steps: () => [
        { trigger: `${TIMES}:contains(Ask a manager):not(:has(.o_salon_times_except)) .o_salon_times_why`, run: "click" },
        { trigger: ".modal .o_data_row:contains(Tour Substance)" },
    ],
});

/** A manager makes an exception where they book; the service is named already. */
registry.category("web_tour.tours").add("salon_manager_makes_exception_while_booking", {
    steps: () => [
        { trigger: `${TIMES}:contains(unless you make an exception) .o_salon_times_except`, run: "click" },
        { trigger: ".modal .o_field_widget[name='reason'] textarea", run: "edit Patch test was clean" },
        { trigger: ".modal footer button[special='save'], .modal-footer button.btn-primary:contains(Make Exception)", run: "click" },
        { trigger: `body:not(:has(.modal)) ${TIMES} .o_salon_time` },
    ],
});

import { registry } from "@web/core/registry";

const ACTIONS = ".o_control_panel .o_cp_action_menus button:has(.fa-cog)";

/** A manager sees what speaks against erasing a client. */
registry.category("web_tour.tours").add("salon_manager_may_not_erase_yet", {
    steps: () => [
        { trigger: ".o_form_view .o_field_widget[name='alert']" },
        { trigger: ACTIONS, run: "click" },
        { trigger: ".o-dropdown--menu .o_menu_item:contains(Erase Client)", run: "click" },
        { trigger: ".modal .alert-danger:contains(Cancel it first)" },
        { trigger: ".modal .o_salon_erasure:contains(Kept)" },
        { trigger: ".modal:not(:has(button[name='action_erase']:visible)) button[special='cancel']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

/** A manager erases a client, and sees what went. */
registry.category("web_tour.tours").add("salon_manager_erases_client", {
    steps: () => [
        { trigger: ".o_form_view .o_field_widget[name='alert']" },
        { trigger: ACTIONS, run: "click" },
        { trigger: ".o-dropdown--menu .o_menu_item:contains(Erase Client)", run: "click" },
        { trigger: ".modal .o_salon_erasure:contains(Visit)" },
        { trigger: ".modal:not(:has(button[name='action_erase']:visible)) .o_field_widget[name='sure'] input", run: "click" },
        { trigger: ".modal button[name='action_erase']", run: "click" },
        { trigger: ".o_form_view:contains(Erasure) .o_salon_erasure:contains(Deleted)" },
        { trigger: ".o_form_view .o_field_widget[name='file_id']:contains(Erased client)" },
    ],
});

/** A manager is asked by somebody whether they were erased. */
registry.category("web_tour.tours").add("salon_manager_asks_who_was_erased", {
    steps: () => [
        { trigger: ".o_menu_sections button[data-menu-xmlid='salon_crm.menu_salon_reporting']", run: "click" },
        { trigger: ".o-dropdown--menu .dropdown-item[data-menu-xmlid='salon_crm.menu_salon_erasure_find']", run: "click" },
        { trigger: ".modal .o_field_widget[name='phone'] input", run: "edit 139 0000 4243" },
        { trigger: ".modal .o_field_widget[name='email'] input", run: "click" },
        { trigger: ".modal .alert-info:contains(Nobody was erased)" },
        { trigger: ".modal .o_field_widget[name='phone'] input", run: "edit 13900004242" },
        { trigger: ".modal .o_field_widget[name='email'] input", run: "click" },
        { trigger: ".modal .alert-warning:contains(Yes, erased on):contains(The client asked)" },
        { trigger: ".modal button[special='cancel']:visible, .modal footer button:contains(Close)", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

/** A manager is offered all data of a client; the download itself leaves the page, which a tour can't follow. */
registry.category("web_tour.tours").add("salon_manager_is_offered_export", {
    steps: () => [
        { trigger: ".o_form_view .o_field_widget[name='alert']" },
        { trigger: ACTIONS, run: "click" },
        { trigger: ".o-dropdown--menu .o_menu_item:contains(Export All Data)" },
    ],
});

/** The front desk is offered neither. */
registry.category("web_tour.tours").add("salon_desk_erases_nobody", {
    steps: () => [
        { trigger: ".o_form_view .o_field_widget[name='alert']" },
        { trigger: ACTIONS, run: "click" },
        { trigger: ".o-dropdown--menu .o_menu_item:contains(Duplicate), .o-dropdown--menu:not(:contains(Erase Client)):not(:contains(Export All))" },
    ],
});

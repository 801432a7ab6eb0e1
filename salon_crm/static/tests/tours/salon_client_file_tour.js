import { registry } from "@web/core/registry";

/** The front desk writes a new client down, with what they like. */
registry.category("web_tour.tours").add("salon_desk_writes_client_down", {
    steps: () => [
        { trigger: ".o_list_button_add, .o-kanban-button-new, .o_control_panel_main_buttons .btn:contains(New)", run: "click" },
        { trigger: ".o_field_widget[name='name'] input, .o_field_widget[name='name'] textarea", run: "edit 王小明" },
        { trigger: ".o_field_widget[name='phone'] input", run: "edit 139 0000 0001" },
        { trigger: ".o_field_widget[name='wechat'] input", run: "edit xiaoming_88" },
        {
            content: "somebody else has this phone: the form says so before anything is saved",
            trigger: ".alert-warning:contains(Perhaps the same person):contains(Clara)",
        },
        { trigger: ".o_field_widget[name='phone'] input", run: "edit 138 7654 3210" },
        { trigger: ".nav-link[name='preferences']", run: "click" },
        { trigger: ".o_field_widget[name='drink_preference'] input", run: "edit Green tea" },
        { trigger: ".nav-link[name='background']", run: "click" },
        { trigger: ".o_field_widget[name='hobbies'] input", run: "edit Chess" },
        { trigger: ".o_form_view:not(:has(.alert-warning:contains(Perhaps)))" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_view .o_form_saved, .o_form_view:has(.o_field_widget[name='avatar_128'])" },
    ],
});

/** The front desk finds a client by initials in the list of clients. */
registry.category("web_tour.tours").add("salon_desk_finds_client", {
    steps: () => [
        { trigger: ".o_searchview_input", run: "edit wxm" },
        { trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(Name, Pinyin), .o_searchview_autocomplete li:contains(Name, Pinyin)", run: "click" },
        { trigger: ".o_data_row:contains(王小明):not(:contains(Clara)) .o_data_cell[name='partner_id']", run: "click" },
        { trigger: ".o_form_view:has(.o_field_widget[name='avatar_128'])" },
    ],
});

/** Two clients with one phone are merged; two others are different people. */
registry.category("web_tour.tours").add("salon_desk_merges_duplicates", {
    steps: () => [
        { trigger: ".o_data_row:contains(Dora Double) .o_list_record_selector", run: "click" },
        { trigger: ".o_data_row:contains(Mrs. Double) .o_list_record_selector", run: "click" },
        { trigger: ".o_control_panel button[name='action_merge']", run: "click" },
        { trigger: ".modal button[name='action_merge']", run: "click" },
        { trigger: ".modal:contains(There are no more contacts) footer button:contains(Close)", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

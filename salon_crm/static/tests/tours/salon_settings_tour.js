import { registry } from "@web/core/registry";

const setNotice = [
    { content: "the salon's settings", trigger: ".o_field_widget[name='salon_notice_minutes'] input", run: "edit 45" },
    // saving settings has the web client load anew
    { content: "save", trigger: ".o_form_button_save", run: "click", expectUnloadPage: true },
];
const saved = {
    content: "it is saved",
    trigger: ".o_settings_container .o_field_widget[name='salon_notice_minutes'] input:value(45)",
};
const nothingToSave = { trigger: "body:not(:has(.o_dirty_warning))" };

/** The manager, who is no administrator, opens the settings by the menu and changes two. */
registry.category("web_tour.tours").add("salon_manager_sets", {
    steps: () => [
        { content: "the menu", trigger: "[data-menu-xmlid='salon_crm.menu_salon_config']", run: "click" },
        { content: "settings", trigger: "[data-menu-xmlid='salon_crm.menu_salon_settings']", run: "click" },
        { content: "nothing but the salon", trigger: ".settings_tab:not(:has(.tab:eq(1)))" },
        {
            content: "the turn rule",
            trigger: ".o_field_widget[name='salon_turn_rule'] .o_radio_item:contains('Longest without') input",
            run: "click",
        },
        ...setNotice,
        saved,
        nothingToSave,
    ],
});

registry.category("web_tour.tours").add("salon_manager_sets_on_a_phone", {
    steps: () => [...setNotice, saved, nothingToSave],
});

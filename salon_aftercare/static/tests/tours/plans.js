import { registry } from "@web/core/registry";

const addStep = (name, days, channel) => [
    { trigger: ".o_field_widget[name='step_ids'] .o_field_x2many_list_row_add :is(button, a)", run: "click" },
    { trigger: ".modal .o_field_widget[name='name'] input", run: `edit ${name}` },
    { trigger: ".modal .o_field_widget[name='delay'] input", run: `edit ${days}` },
    ...choose("delay_unit", "days"),
    ...choose("channel", channel),
    { trigger: ".modal .o_form_button_save", run: "click" },
    { trigger: `body:not(:has(.modal)) .o_field_widget[name='step_ids'] .o_data_row:contains('${name}')` },
];

const choose = (field, label) => [
    { trigger: `.modal .o_field_widget[name='${field}'] input`, run: "click" },
    { trigger: `.o_select_menu_item:contains('${label}')`, run: "click" },
];

registry.category("web_tour.tours").add("salon_aftercare_plans", {
    steps: () => [
        { trigger: ".o_list_view .o_data_row:contains('After a visit')" },
        { trigger: ".o_list_button_add", run: "click" },
        { trigger: ".o_field_widget[name='name'] input", run: "edit After colour" },
        ...addStep("Ask", 1, "Call"),
        ...addStep("Write", 3, "WeChat"),
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        {
            content: "the steps say when, in words",
            trigger: ".o_field_widget[name='step_ids'] .o_data_row:contains('3 days after')",
        },
        { content: "go to the plan that planned something", trigger: ".o_back_button, .breadcrumb-item a", run: "click" },
        { trigger: ".o_data_row td[name='name']:contains('After a visit')", run: "click" },
        { trigger: ".o_field_widget[name='step_ids'] .o_data_row td[name='name']", run: "click" },
        { trigger: ".modal .o_field_widget[name='delay'] input", run: "edit 40" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_button_save", run: "click" },
        {
            content: "it says what would change",
            trigger: ".alert-info:contains('1 would move')",
        },
        { trigger: "button[name='action_apply']", run: "click" },
        { trigger: ".o_form_view:not(:has(.alert-info:contains('would move')))" },
    ],
});

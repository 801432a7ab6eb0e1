import { registry } from "@web/core/registry";

/** The front desk blocks a break every day, hears what is taken, and sees the rest in list and calendar. */
registry.category("web_tour.tours").add("salon_reception_blocks_time", {
    steps: () => [
        {
            content: "the calendar opens",
            trigger: ".o_calendar_view .fc-timegrid-slots",
        },
        {
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "repeat until",
            trigger: "button:contains(Repeat until)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='stylist_ids'] input",
            run: "edit Anna",
        },
        {
            trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Anna)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='stylist_ids'] .o_tag:contains(Anna)",
        },
        {
            content: "from the first day",
            trigger: ".modal .o_field_widget[name='date_from'] button, .modal .o_field_widget[name='date_from'] input",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='date_from'] input",
            async run(helpers) {
                await helpers.edit("12/01/2031", ".modal .o_field_widget[name='date_from'] input");
            },
        },
        {
            trigger: ".modal .o_field_widget[name='date_to'] input, .modal .o_field_widget[name='date_to'] button",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='date_to'] input",
            async run(helpers) {
                await helpers.edit("12/05/2031", ".modal .o_field_widget[name='date_to'] input");
            },
        },
        {
            trigger: ".modal button[name='action_block']",
            run: "click",
        },
        {
            content: "the third day is taken",
            trigger: ".modal .o_field_widget[name='skipped']:contains(Anna is taken)",
        },
        {
            trigger: ".modal [name='made']:contains(4)",
        },
        {
            trigger: ".modal button[name='action_show']",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_calendar_view",
        },
        {
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            trigger: ".o_list_view:has(.o_data_row:contains(Anna):eq(3)):contains(Break)",
        },
    ],
});

import { registry } from "@web/core/registry";

/** Who was reminded and has not confirmed is called: one confirms, of the other the booking is opened. */
registry.category("web_tour.tours").add("salon_reception_calls_to_confirm", {
    steps: () => [
        {
            content: "two have not confirmed",
            timeout: 30000, // the first look compiles the assets
            trigger: ".o_data_row:contains(Clara Client):contains(Reminder · Email):contains(Sent)",
        },
        {
            content: "one can't be written to, and has a phone",
            trigger: ".o_data_row:contains(Dana):contains(Not Sent):contains('139 0000 0002')",
        },
        {
            content: "Clara comes",
            trigger: ".o_data_row:contains(Clara Client) button[name='action_salon_confirm']",
            run: "click",
        },
        {
            content: "she is off the list",
            trigger: ".o_list_view:not(:has(.o_data_row:contains(Clara Client)))",
        },
        {
            content: "Dana's booking",
            trigger: ".o_data_row:contains(Dana) button[name='action_salon_open']",
            run: "click",
        },
        {
            content: "what Dana was told",
            trigger: ".o_salon_booking button[name='action_salon_messages']",
            run: "click",
        },
        {
            content: "and why not",
            trigger: ".o_data_row:contains(Reminder):contains('No address to write to')",
        },
    ],
});

/** The same at phone size. */
registry.category("web_tour.tours").add("salon_reception_calls_to_confirm_phone", {
    steps: () => [
        {
            content: "one who has not confirmed",
            timeout: 30000,
            trigger: ".o_kanban_record:contains(Clara Client):contains(Reminder · Email)",
        },
        {
            content: "the phone calls with a tap",
            trigger: ".o_kanban_record:contains(Dana) a[href^='tel:']",
        },
        {
            content: "Dana comes",
            trigger: ".o_kanban_record:contains(Dana) button[name='action_salon_confirm']",
            run: "click",
        },
        {
            content: "she is off the list",
            trigger: ".o_kanban_view:not(:has(.o_kanban_record:contains(Dana))) .o_kanban_record:contains(Clara)",
        },
    ],
});

import { registry } from "@web/core/registry";

function choose(row, text) {
    return [
        {
            content: `what to do in ${row}`,
            trigger: `.modal .o_data_row:contains(${row}) .o_data_cell[name='proposal_id']`,
            run: "click",
        },
        {
            content: "open the proposals",
            trigger: ".modal .o_selected_row [name='proposal_id'] input",
            run: "click",
        },
        {
            content: `choose ${text}`,
            trigger: `.o_select_menu_item:contains(${text})`,
            run: "click",
        },
    ];
}

/** A stylist is ill: one booking goes to somebody else, one is cancelled. */
registry.category("web_tour.tours").add("salon_reception_replans", {
    steps: () => [
        {
            content: "who is away is named",
            timeout: 30000, // the first look compiles the assets
            trigger: ".modal .o_field_widget[name='stylist_id'] input",
            run: "edit Anna",
        },
        {
            content: "Anna",
            trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Anna)",
            run: "click",
        },
        {
            content: "until when",
            trigger: ".modal .o_field_widget[name='stop'] button, .modal .o_field_widget[name='stop'] input",
            run: "click",
        },
        {
            content: "to the end of next week",
            trigger: ".modal .o_field_widget[name='stop'] input",
            run: "edit +9d && press Enter",
        },
        {
            content: "show what is hit",
            trigger: ".modal button[name='action_search']",
            run: "click",
        },
        {
            content: "somebody else at the same time is proposed",
            trigger: ".modal .o_data_row:contains(Clara Client):contains('same time · Ben')",
        },
        ...choose("Dana", "Cancel it"),
        {
            content: "the reason is the salon's",
            trigger: ".modal .o_field_widget[name='reason_id'] input",
        },
        {
            content: "apply",
            trigger: ".modal button[name='action_apply']",
            run: "click",
        },
        {
            content: "it is said what was done",
            trigger: ".o_notification:contains('Moved: 1, cancelled: 1')",
        },
        {
            content: "the calendar shows the day",
            trigger: "body:not(:has(.modal)) .o_calendar_view",
        },
    ],
});

/** The same again every week: one date clashes, another stylist is taken. */
registry.category("web_tour.tours").add("salon_reception_repeats", {
    steps: () => [
        {
            content: "repeat",
            timeout: 30000,
            trigger: "button[name='action_salon_repeat']",
            run: "click",
        },
        {
            content: "every week",
            trigger: ".modal .o_field_widget[name='every'] input",
            run: "edit 1",
        },
        {
            content: "three more",
            trigger: ".modal .o_field_widget[name='count'] input",
            run: "edit 3",
        },
        {
            content: "look at the dates",
            trigger: ".modal button[name='action_search']",
            run: "click",
        },
        {
            content: "two are free",
            trigger: ".modal .o_data_row:contains(Free) ~ .o_data_row:contains(Free)",
        },
        ...choose("Anna is taken", "Ben"),
        {
            content: "book them all",
            trigger: ".modal button[name='action_book']",
            run: "click",
        },
        {
            content: "the series shows",
            trigger: "body:not(:has(.modal)) .o_form_view:contains('every week')",
        },
        {
            content: "all four bookings",
            trigger: ".o_field_widget[name='booking_ids'] .o_data_row:eq(3)",
        },
        {
            content: "cancel what is to come",
            trigger: "button[name='action_cancel_coming']",
            run: "click",
        },
        {
            content: "a reason is needed",
            trigger: ".modal .o_field_widget[name='reason_id'] input",
            run: "edit Stylist is ill",
        },
        {
            content: "choose it",
            trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Stylist is ill)",
            run: "click",
        },
        {
            content: "cancel",
            trigger: ".modal button[name='action_cancel']",
            run: "click",
        },
        {
            content: "all are off",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='booking_ids'] .o_data_row:eq(3):contains(Cancelled)",
        },
    ],
});

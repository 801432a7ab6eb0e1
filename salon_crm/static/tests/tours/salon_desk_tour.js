import { registry } from "@web/core/registry";
import { queryFirst } from "@odoo/hoot-dom";

/** Type into the client field until the answer of the server shows whom it means. */
function findClient(text, shown) {
    const input = ".o_field_widget[name='salon_client_id'] input";
    return {
        content: `type ${text} to find ${shown}`,
        trigger: input,
        async run(helpers) {
            for (let tries = 0; tries < 5; tries++) {
                await helpers.edit(text, input);
                for (let waits = 0; waits < 15; waits++) {
                    await new Promise((resolve) => setTimeout(resolve, 100));
                    const items = document.querySelectorAll(".o-autocomplete--dropdown-menu .dropdown-item");
                    if ([...items].some((item) => item.textContent.includes(shown))) {
                        return;
                    }
                }
            }
        },
    };
}

function choose(shown) {
    return {
        content: `choose ${shown}`,
        trigger: `.o-autocomplete--dropdown-menu .dropdown-item:contains("${shown}")`,
        run: "click",
    };
}

const calendarIsThere = { content: "the calendar is there", trigger: ".o_calendar_view .fc-timegrid-slots" };

function clickTime(time) {
    return { content: `click at ${time}`, trigger: `.fc-timegrid-slot-lane[data-time='${time}']`, run: "click" };
}

/** Clicks are counted as a person makes them: typing is none. */
let clicks = 0;
function counted(step) {
    const { run } = step;
    return {
        ...step,
        async run(helpers) {
            clicks++;
            return run === "click" ? helpers.click() : run.call(this, helpers);
        },
    };
}

registry.category("web_tour.tours").add("salon_desk_usual_visit", {
    steps: () => [
        calendarIsThere,
        {
            content: "to tomorrow, where no time is over yet",
            trigger: ".o_calendar_button_next",
            run: "click",
        },
        { content: "it is tomorrow", trigger: ".o_calendar_widget:has(.fc-day-future):not(:has(.fc-day-today))" },
        counted(clickTime("10:00:00")),
        findClient("0000 0001", "Clara Client"),
        counted(choose("Clara Client")),
        {
            content: "her usual visit is filled in",
            trigger: ".o_field_widget[name='salon_line_ids'] .o_data_row:contains(Colour):contains(Ben):contains(Chair 2)",
        },
        counted({
            content: "another of the times that are free",
            trigger: ".o_salon_time[data-start$='11:30:00']:enabled:contains(Ben)",
            run: "click",
        }),
        { content: "it is chosen", trigger: ".o_salon_time.btn-primary" },
        counted({ content: "save", trigger: ".modal .o_form_button_save", run: "click" }),
        {
            content: "it stands in the calendar with who and where; that took four clicks at most",
            trigger: ".o_event:contains('Clara Client · Colour'):contains('Ben · Chair 2')",
            run() {
                if (clicks > 4) {
                    throw new Error(`The usual visit took ${clicks} clicks.`);
                }
            },
        },
    ],
});

/** One day of one booking, by the buttons of the calendar. */
registry.category("web_tour.tours").add("salon_desk_states", {
    steps: () => {
        const open = { content: "open the booking", trigger: ".o_event:contains('Clara Client')", run: "click" };
        const step = (state, icon) => [
            open,
            { content: `it becomes ${state}`, trigger: `.o_cw_popover [data-state='${state}']`, run: "click" },
            { content: `it is ${state}`, trigger: `.o_event:contains('Clara Client'):has(.${icon})` },
        ];
        return [
            calendarIsThere,
            { content: "the alert is seen at a glance", trigger: ".o_event .o_salon_alert[title='avoid ammonia']" },
            open,
            { content: "and read in words", trigger: ".o_cw_popover .o_salon_alert_box:contains(avoid ammonia)" },
            { content: "what is not possible is not offered", trigger: ".o_cw_popover:not(:has([data-state='done']))" },
            { content: "it becomes confirmed", trigger: ".o_cw_popover [data-state='confirmed']", run: "click" },
            { content: "it is confirmed", trigger: ".o_event:contains('Clara Client'):has(.fa-check)" },
            ...step("arrived", "fa-sign-in"),
            ...step("in_service", "fa-scissors"),
            ...step("done", "fa-flag-checkered"),
            { content: "colours by state", trigger: ".o_salon_colouring button:contains(State)", run: "click" },
            {
                content: "done is green",
                trigger: ".o_event.o_calendar_color_10:contains('Clara Client')",
            },
            // The other booking is cancelled, with its reason, and hidden.
            { content: "open the other", trigger: ".o_event:contains('Olga Other')", run: "click" },
            { content: "cancel it", trigger: ".o_cw_popover [data-state='cancelled']", run: "click" },
            { content: "why", trigger: ".modal .o_radio_item:contains(Fell ill) input", run: "click" },
            { content: "do it", trigger: ".modal button[name='action_cancel']", run: "click" },
            { content: "it is hidden", trigger: ".o_calendar_widget:not(:has(.o_event:contains('Olga Other')))" },
            { content: "show all", trigger: ".o_searchview .o_facet_remove", run: "click" },
            { content: "it is shown again", trigger: ".o_event.o_event_striked:contains('Olga Other')" },
            // Side filters look at every service of a booking.
            {
                content: "without Anna",
                trigger: ".o_calendar_filter[data-name='salon_stylist_ids'] .o_calendar_filter_item:contains(Anna) input",
                run: "click",
            },
            { content: "Olga's is gone", trigger: ".o_calendar_widget:not(:has(.o_event:contains('Olga Other')))" },
            { content: "Clara's second service is Ben's", trigger: ".o_event:contains('Clara Client')" },
            {
                content: "without Ben",
                trigger: ".o_calendar_filter[data-name='salon_stylist_ids'] .o_calendar_filter_item:contains(Ben) input",
                run: "click",
            },
            { content: "nothing is left", trigger: ".o_calendar_widget:not(:has(.o_event))" },
        ];
    },
});

/** A client whom nobody knows yet calls: made in place, by what was typed. */
registry.category("web_tour.tours").add("salon_desk_new_client", {
    steps: () => [
        calendarIsThere,
        { content: "new", trigger: ".o_salon_new_booking", run: "click" },
        findClient("Wang Fang 139 0000 1111", "Create"),
        choose('Create "Wang Fang 139 0000 1111"'),
        { content: "she is there", trigger: ".o_field_widget[name='salon_client_phone']:contains(139 0000 1111)" },
        { content: "a service", trigger: ".modal .o_field_x2many_list_row_add a, .modal .o_field_x2many_list_row_add button", run: "click" },
        { content: "which", trigger: ".modal .o_selected_row [name='product_id'] input", run: "edit Cut" },
        choose("Cut"),
        { content: "the earliest time", trigger: ".o_salon_times_earliest", run: "click" },
        { content: "take the first", trigger: ".o_salon_time:enabled:first", run: "click" },
        { content: "somebody was found", trigger: ".o_field_widget[name='salon_line_ids'] .o_data_row:contains(Assigned)" },
        { content: "save", trigger: ".modal .o_form_button_save", run: "click" },
        { content: "the form is closed", trigger: "body:not(:has(.modal))" },
    ],
});

/** On a phone: the same calendar and form, with services as cards. */
registry.category("web_tour.tours").add("salon_desk_phone", {
    steps: () => [
        calendarIsThere,
        {
            content: "open the booking",
            trigger: ".o_event:contains('Clara Client')",
            run: "click",
        },
        { content: "the client comes in", trigger: ".modal [data-state='arrived']", run: "click" },
        { content: "she is here", trigger: ".o_event:contains('Clara Client'):has(.fa-sign-in)" },
        { content: "new", trigger: ".o_salon_new_booking", run: "click" },
        { content: "the client field", trigger: ".modal .o_field_widget[name='salon_client_id'] input", run: "click" },
        {
            content: "who",
            trigger: ".o_select_create_dialog_searchview, .modal .o_kanban_record:contains('Olga Other'), .o-autocomplete--dropdown-menu .dropdown-item:contains('Olga Other')",
            run() {
                queryFirst(
                    ".modal .o_kanban_record:contains('Olga Other'), .o-autocomplete--dropdown-menu .dropdown-item:contains('Olga Other')"
                ).click();
            },
        },
        {
            content: "her usual service is there as a card",
            trigger: ".modal .o_field_widget[name='salon_line_ids'] .o_kanban_record:contains(Cut):contains(Anna)",
            run: "click",
        },
        { content: "with all its fields", trigger: ".modal .o_form_view .o_field_widget[name='wait_minutes']" },
        { content: "back", trigger: ".modal:last .o_form_button_cancel, .modal:last .btn-close, .modal:last .oi-arrow-left", run: "click" },
        { content: "a free time", trigger: ".o_salon_times_next", run: "click" },
        { content: "take it", trigger: ".o_salon_time:enabled:first", run: "click" },
        { content: "it is chosen", trigger: ".o_salon_time.btn-primary" },
        { content: "save", trigger: ".modal .o_form_button_save", run: "click" },
        { content: "the form is closed", trigger: "body:not(:has(.modal))" },
    ],
});

import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { pick } from "@salon_crm/../tests/tours/utils/salon_pick_util";
import { addService } from "@salon_crm/../tests/tours/utils/salon_service_util";

/** Somebody comes without a booking, hears how long it takes, stays, and is taken by whose turn it is. */
registry.category("web_tour.tours").add("salon_reception_takes_walk_in", {
    steps: () => [
        {
            content: "somebody comes",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...addService("Cut"),
        {
            content: "the wait is told before anything is saved",
            trigger: ".o_field_widget[name='estimate']:contains('Now · Anna')",
        },
        {
            content: "they stay",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Wanda Walk-in",
        },
        ...stepUtils.saveForm(),
        {
            content: "back to the queue",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "she waits, with what is expected",
            trigger: ".o_data_row:contains('Wanda Walk-in'):contains('Now · Anna')",
        },
        {
            content: "the next stylist takes her",
            trigger: ".o_data_row:contains('Wanda Walk-in') button[name='action_take']",
            run: "click",
        },
        {
            content: "her visit is open",
            trigger: ".o_arrow_button_current:contains(Open)",
        },
        {
            content: "with the stylist whose turn it was",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains(Cut):contains(Anna)",
        },
    ],
});

/** Who tires of waiting leaves the queue, with the reason. */
registry.category("web_tour.tours").add("salon_walk_in_leaves", {
    steps: () => [
        {
            content: "he does not want to wait",
            trigger: ".o_data_row:contains('Leo Leaver') button[name='action_ask_why_left']",
            run: "click",
        },
        {
            content: "why",
            trigger: ".modal .o_radio_item:contains('too long') input",
            run: "click",
        },
        {
            content: "out of the queue",
            trigger: ".modal button[name='action_leave']",
            run: "click",
        },
        {
            content: "the queue is empty",
            trigger: "body:not(:has(.modal)) .o_view_nocontent",
        },
    ],
});

/** The one who is next lets the others go first, by mistake. */
registry.category("web_tour.tours").add("salon_turns_pass", {
    steps: () => [
        {
            content: "Anna is next",
            trigger: ".o_data_row:first:contains(Anna):contains(Free)",
        },
        {
            content: "she passes",
            trigger: ".o_data_row:contains(Anna) button[name='action_pass']",
            run: "click",
        },
        {
            content: "Ben is next",
            trigger: ".o_data_row:first:contains(Ben)",
        },
        {
            content: "that was a mistake",
            trigger: ".o_data_row:contains(Anna) button[name='action_take_back']",
            run: "click",
        },
        {
            content: "Anna is next again",
            trigger: ".o_data_row:first:contains(Anna)",
        },
    ],
});

/** A client wants a time that is not free. */
registry.category("web_tour.tours").add("salon_client_waits", {
    steps: () => [
        {
            content: "one more on the list",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...pick("partner_id", "Clara Client"),
        ...addService("Cut"),
        ...stepUtils.saveForm(),
        {
            content: "back to the list",
            trigger: ".o_back_button",
            run: "click",
        },
        {
            content: "she waits",
            trigger: ".o_data_row:contains('Clara Client'):contains('Waiting')",
        },
    ],
});

/** What a client on the phone wants is taken: from the booking that is not even saved to the waiting list. */
registry.category("web_tour.tours").add("salon_refused_wish_waits", {
    steps: () => [
        { content: "new booking", trigger: ".o_list_button_add", run: "click" },
        ...pick("salon_client_id", "Clara Client"),
        ...addService("Cut", "Anna"),
        { content: "tomorrow", trigger: ".o_salon_times_next", run: "click" },
        { content: "nothing is free", trigger: ".o_salon_times_message:contains('Nothing is free on this day with Anna.')" },
        { content: "she waits", trigger: ".o_salon_times_wait.btn-secondary", run: "click" },
        { content: "for what she wants", trigger: ".modal .o_field_widget[name='wish_ids'] .o_data_row:contains(Cut):contains(Anna)" },
        { content: "on the list", trigger: ".modal .o_form_button_save", run: "click" },
        { content: "it is said", trigger: ".o_notification:contains('Clara Client is on the waiting list')" },
        {
            content: "and the booking is still as it was",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='salon_line_ids'] .o_data_row:contains(Cut)",
        },
        { content: "somebody else would do", trigger: ".o_salon_times_anyone", run: "click" },
        { content: "Ben has time", trigger: ".o_salon_time:contains(Ben)" },
        { content: "Anna is asked for no more", trigger: ".o_data_row:contains(Cut):not(:contains(Anna)):contains(Assigned)" },
        { content: "she does not book another time", trigger: ".o_form_button_cancel", run: "click" },
        { content: "back in the list", trigger: ".o_list_view" },
    ],
});

/** The held time suits her: it is booked. */
registry.category("web_tour.tours").add("salon_waiting_accepts", {
    steps: () => [
        {
            content: "a time is held for her",
            trigger: ".o_data_row:contains('Clara Client'):contains('Anna')",
        },
        {
            content: "she takes it",
            trigger: ".o_data_row:contains('Clara Client') button[name='action_accept']",
            run: "click",
        },
        {
            content: "the booking is there",
            trigger: ".o_field_widget[name='salon_line_ids'] .o_data_row:contains(Cut):contains(Anna)",
        },
    ],
});

import { registry } from "@web/core/registry";

function cell(stylist, day) {
    return `tr[data-stylist='${stylist}'] td:eq(${day})`;
}

function template(name) {
    return `.o_salon_template:contains(${name})`;
}

/** A manager fills the next week: by dragging, by tapping, by the dialog; moves, removes and copies shifts. */
registry.category("web_tour.tours").add("salon_manager_fills_roster", {
    steps: () => [
        {
            content: "go to the next week",
            trigger: ".o_salon_roster .o_salon_next",
            run: "click",
        },
        {
            content: "today is not in it",
            trigger: ".o_salon_grid:not(:has(th.o_salon_today))",
        },
        {
            content: "drag the early shift onto Anna's first day",
            trigger: template("Early"),
            run: (helpers) => helpers.drag_and_drop(cell("Anna", 0)),
        },
        {
            content: "it stands there, and her hours count",
            trigger: `${cell("Anna", 0)} .o_salon_shift:contains(9:00–17:00)`,
        },
        {
            trigger: "tr[data-stylist='Anna'] .o_salon_hours:contains(8:00)",
        },
        {
            content: "choose the late shift",
            trigger: template("Late"),
            run: "click",
        },
        {
            content: "tap Ben's first day",
            trigger: `.o_salon_template[aria-pressed='true']`,
        },
        {
            trigger: cell("Ben", 0),
            run: "click",
        },
        {
            trigger: `${cell("Ben", 0)} .o_salon_shift:contains(12:00–20:00)`,
        },
        {
            content: "and his third day by the keys",
            trigger: cell("Ben", 1),
            run(helpers) {
                this.anchor.focus();
                this.anchor.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
                document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
            },
        },
        {
            trigger: `${cell("Ben", 2)} .o_salon_shift:contains(12:00–20:00)`,
        },
        {
            content: "no template any more",
            trigger: template("Late"),
            run: "click",
        },
        {
            content: "move Ben's shift to Anna's second day",
            trigger: `.o_salon_palette:not(:has([aria-pressed='true'])) ~ div ${cell("Ben", 0)} .o_salon_shift`,
            run: (helpers) => helpers.drag_and_drop(cell("Anna", 1)),
        },
        {
            trigger: `${cell("Anna", 1)} .o_salon_shift:contains(12:00–20:00)`,
        },
        {
            content: "Ben has none there any more",
            trigger: `${cell("Ben", 0)}:not(:has(.o_salon_shift))`,
        },
        {
            content: "a booking lies outside: it is said",
            trigger: ".o_notification:contains(outside the hours) button:contains(Show them)",
        },
        {
            trigger: ".o_salon_outside:contains(outside working hours) b:contains(1)",
        },
        {
            content: "edit the hours",
            trigger: `${cell("Anna", 1)} .o_salon_shift`,
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='hour_to'] input",
            run: "edit 21:30",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: `body:not(:has(.modal)) ${cell("Anna", 1)} .o_salon_shift:contains(12:00–21:30)`,
        },
        {
            content: "remove Ben's shift",
            trigger: `${cell("Ben", 2)} .o_salon_remove`,
            run: "click",
        },
        {
            trigger: `${cell("Ben", 2)}:not(:has(.o_salon_shift))`,
        },
        {
            content: "copy the week on",
            trigger: ".o_salon_copy",
            run: "click",
        },
        {
            trigger: ".o_notification:contains(Shifts copied: 2)",
        },
        {
            trigger: ".o_salon_next",
            run: "click",
        },
        {
            trigger: `${cell("Anna", 0)} .o_salon_shift:contains(9:00–17:00)`,
        },
        {
            content: "back, and to the bookings outside",
            trigger: ".o_salon_previous",
            run: "click",
        },
        {
            trigger: ".o_salon_outside button",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row:contains(Clara Client)",
        },
        {
            content: "the roster still shows that week",
            trigger: ".o_back_button, .breadcrumb-item a:contains(Roster)",
            run: "click",
        },
        {
            trigger: `${cell("Anna", 1)} .o_salon_shift:contains(12:00–21:30)`,
        },
    ],
});

/** Who is no manager looks at the roster. */
registry.category("web_tour.tours").add("salon_stylist_reads_roster", {
    steps: () => [
        {
            trigger: ".o_salon_next",
            run: "click",
        },
        {
            trigger: `${cell("Anna", 0)} .o_salon_shift:contains(9:00–17:00):not(:has(.o_salon_remove))`,
        },
        {
            content: "nothing to change it with",
            trigger: ".o_salon_roster:not(:has(.o_salon_palette)):not(:has(.o_salon_copy)):not(:has(.o_salon_fill))",
        },
    ],
});

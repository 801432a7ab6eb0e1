import { registry } from "@web/core/registry";

function figure(section, row, value) {
    return `[data-section='${section}'] tr:has(th:contains(${row})) td:contains(${value})`;
}

/** The accountant reads what clients have, opens a figure, holds a session against its entries, and downloads. */
registry.category("web_tour.tours").add("salon_accountant_reads_books", {
    steps: () => [
        {
            content: "cards and books agree",
            trigger: ".o_salon_books .o_salon_agrees",
        },
        {
            content: "what clients have",
            trigger: figure("money", "Closing", "150.00"),
        },
        {
            content: "the account says so",
            trigger: figure("books", "Balance of the account", "150.00"),
        },
        {
            content: "open what was sold",
            trigger: "[data-section='money'] a[data-key='money:sold:principal']",
            run: "click",
        },
        {
            content: "its movements",
            trigger: ".o_list_view .o_data_row .o_data_cell[name='principal']:contains(200.00)",
        },
        {
            content: "back",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "open the journal items",
            trigger: "[data-section='books'] a[data-key='books:balance:wallet:end']",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row",
        },
        {
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "by session",
            trigger: ".o_salon_group",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains(By Till Session)",
            run: "click",
        },
        {
            content: "two sessions, and the back office is none of them",
            trigger: "[data-section='groups'] h5:contains(By Till Session)",
        },
        {
            content: "another month has another opening",
            trigger: ".o_salon_next",
            run: "click",
        },
        {
            trigger: figure("money", "Opening", "150.00"),
        },
        {
            trigger: ".o_salon_previous",
            run: "click",
        },
        {
            trigger: figure("money", "Opening", "0.00"),
        },
    ],
});

/** The accountant holds a session's orders against its entries. */
registry.category("web_tour.tours").add("salon_accountant_reads_session", {
    steps: () => [
        {
            content: "the session that was closed",
            trigger: ".o_list_view .o_data_row:contains(Closed) .o_data_cell[name='topups']:contains(200.00)",
            run: "click",
        },
        {
            content: "orders and entries agree",
            trigger: ".o_salon_books .o_salon_agrees",
        },
        {
            trigger: figure("entries", "Top-ups", "200.00"),
        },
        {
            content: "open what was paid by stored value",
            trigger: "[data-section='sales'] tr:has(th:contains(Stored Value)) a",
            run: "click",
        },
        {
            content: "an order, without its client",
            trigger: ".o_list_view .o_data_row .o_data_cell[name='amount']:contains(50.00)",
        },
        {
            trigger: ".o_list_view:not(:contains(Clara Client))",
        },
        {
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "what the entries say",
            trigger: "[data-section='entries'] tr:has(th:contains(Top-ups)) a",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_data_row",
        },
    ],
});

/** The accountant finds in the list of differences what somebody made by hand, and opens it. */
registry.category("web_tour.tours").add("salon_accountant_finds_entry", {
    steps: () => [
        {
            trigger: ".o_list_view .o_data_row:contains(Stored Value and Its Account) .o_data_cell[name='difference']",
            run: "click",
        },
        {
            content: "the entry is named",
            trigger: ".o_form_view .o_field_widget[name='line_ids'] .o_data_row:contains(made by hand)",
        },
        {
            trigger: ".o_form_view .o_field_widget[name='line_ids'] button[name='action_open']",
            run: "click",
        },
        {
            content: "it is the entry",
            trigger: ".o_form_view .o_field_widget[name='ref']:contains(A correction), .o_form_view .o_field_widget[name='ref'] input",
        },
    ],
});

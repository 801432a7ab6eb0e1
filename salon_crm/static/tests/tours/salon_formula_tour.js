import { registry } from "@web/core/registry";

const FIRST = ".o_salon_component:first";

/** From the visit: formula, as last time, more, done. */
registry.category("web_tour.tours").add("salon_formula_as_last_time", {
    steps: () => [
        { content: "one tap to the pad", trigger: ".o_kanban_record:contains(Colour) .o_salon_formula_open", run: "click" },
        { content: "what it was", trigger: ".o_salon_as_last:contains('6/7 + 6/0 1:1, 20 vol, 35 min')", run: "click" },
        { content: "it stands in the bowl", trigger: `${FIRST}:contains(6/7) input:value(30)` },
        { content: "five grams more", trigger: `${FIRST} .o_salon_more`, run: "click" },
        { content: "the developer follows", trigger: ".o_salon_developer input:value(65)" },
        { content: "done", trigger: ".o_salon_pad_done", run: "click" },
        { content: "back in the visit", trigger: ".o_form_view .o_kanban_record:contains('6/7 + 6/0 7:6')" },
    ],
});

/** A first formula, with its product and what came of it. */
registry.category("web_tour.tours").add("salon_formula_is_mixed", {
    steps: () => [
        { trigger: ".o_salon_formula_open", run: "click" },
        { content: "nothing to copy", trigger: ".o_salon_pad:not(:has(.o_salon_as_last))" },
        { trigger: ".o_salon_add_bowl", run: "click" },
        { trigger: ".o_salon_shade", run: "edit 7/1" },
        { trigger: ".o_salon_component_edit .o_record_autocomplete_with_caret input, .o_salon_component_edit .o-autocomplete input", run: "edit Colour Tube" },
        { trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Colour Tube)", run: "click" },
        { trigger: `${FIRST}:contains(Colour Tube)` },
        { content: "typed with a comma", trigger: `${FIRST} input`, run: "edit 32,5 && press Enter" },
        { trigger: ".o_salon_developer .btn-link", run: "click" },
        { trigger: ".o_salon_ratio", run: "edit 2 && press Enter" },
        { trigger: ".o_salon_developer input:value(65)" },
        { content: "five minutes longer", trigger: ".o_salon_heat + .o_salon_amount .o_salon_more", run: "click" },
        { trigger: ".o_salon_result", run: "edit Cool and even" },
        { trigger: ".o_salon_pad_done", run: "click" },
        { trigger: ".o_form_view .o_kanban_record:contains('7/1, 20 vol 1:2, 40 min')" },
    ],
});

registry.category("web_tour.tours").add("salon_formulas_are_found", {
    steps: () => [
        { trigger: "button[name='action_view_formulas']", run: "click" },
        { content: "all of the client, the latest first", trigger: ".o_data_row:first:contains(9/1)" },
        { trigger: ".o_data_row:contains(6/79)" },
        { trigger: ".o_searchview_input", run: "edit 6/79" },
        { trigger: ".o_searchview_autocomplete .dropdown-item:contains(Shade or Product)", run: "click" },
        { content: "by its shade", trigger: ".o_list_view:not(:contains('9/1, 20'))" },
        { trigger: ".o_data_row:contains(6/79) .o_data_cell[name='summary']", run: "click" },
        { trigger: ".o_form_view:contains(Clara Client):not(:has(.o_field_widget[name='cost']))" },
        { content: "its bowls", trigger: "button[name='action_open_pad']", run: "click" },
        { trigger: ".o_salon_component:contains(6/79)" },
        { trigger: ".o_salon_pad_done", run: "click" },
        { trigger: ".o_form_view h3:contains(Colour)" },
    ],
});

registry.category("web_tour.tours").add("salon_desk_has_no_formulas", {
    steps: () => [
        {
            content: "the last one in a line, and no more",
            trigger: ".o_form_view:has(.o_field_widget[name='last_formula']:contains(6/79)):not(:has(button[name='action_view_formulas']))",
        },
        { trigger: "button[name='action_view_visits']", run: "click" },
        { trigger: ".o_data_row:contains(Clara) .o_data_cell[name='date']", run: "click" },
        { trigger: ".o_form_view .o_field_widget[name='line_ids'] .o_data_row:contains(Colour)" },
        { trigger: ".o_form_view:not(:has(button[name='action_formula'])):not(:contains(6/79))" },
    ],
});

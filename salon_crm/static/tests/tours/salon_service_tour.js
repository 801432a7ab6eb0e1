import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** A manager says what a service takes and costs with the stylists of a level. */
registry.category("web_tour.tours").add("salon_manager_edits_service", {
    steps: () => [
        {
            trigger: ".o_list_view .o_data_row:contains(Colour) .o_data_cell[name='name']",
            run: "click",
        },
        {
            trigger: ".o_form_view .nav-link[name='salon']",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='salon_processing_minutes'] input",
            run: "edit 35",
        },
        {
            trigger: ".o_field_widget[name='salon_interval_days'] input",
            run: "edit 42",
        },
        {
            trigger: ".o_field_widget[name='salon_parallel'] input",
            run: "check",
        },
        {
            content: "another price by level",
            trigger: ".o_field_widget[name='salon_variation_ids'] .o_field_x2many_list_row_add button, .o_field_widget[name='salon_variation_ids'] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='level_id'] input",
            run: "edit Tour Level",
        },
        {
            trigger: ".o-autocomplete--dropdown-menu .dropdown-item:contains(Tour Level)",
            run: "click",
        },
        {
            content: "it begins with the service's own minutes",
            trigger: ".o_selected_row .o_field_widget[name='processing_minutes'] input:value(35)",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name='price'] input",
            run: "edit 360",
        },
        ...stepUtils.saveForm(),
        {
            trigger: ".o_field_widget[name='salon_variation_ids'] .o_data_row:contains(Tour Level):contains(360.00)",
        },
    ],
});

import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import { pick } from "@salon_crm/../tests/tours/utils/salon_pick_util";
import { addService } from "@salon_crm/../tests/tours/utils/salon_service_util";

/** The front desk books a client for two services, and receives her. */
registry.category("web_tour.tours").add("salon_reception_books", {
    steps: () => [
        {
            content: "the calendar opens",
            trigger: ".o_calendar_view .fc-timegrid-slots",
        },
        {
            content: "switch to the list",
            trigger: ".o_switch_view.o_list",
            run: "click",
        },
        {
            content: "new booking",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...pick("salon_client_id", "Clara Client"),
        ...addService("Cut", "Anna"),
        ...pick("station_id", "Chair 1", ".o_selected_row"),
        {
            content: "the service brings its minutes",
            trigger: ".o_selected_row [name='client_minutes']:contains(30)",
        },
        ...stepUtils.saveForm(),
        {
            content: "it is named after client and service",
            trigger: ".o_breadcrumb:contains('Clara Client · Cut')",
        },
        {
            content: "the client arrives",
            trigger: "button[name='action_salon_arrive']",
            run: "click",
        },
        {
            content: "her visit is open",
            trigger: ".o_arrow_button_current:contains(Open)",
        },
        {
            content: "with what is booked",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains(Cut):contains(Anna)",
        },
    ],
});

/** The stylist shares the service with an assistant and notes what was done. */
registry.category("web_tour.tours").add("salon_stylist_notes", {
    steps: () => [
        {
            content: "open the visit",
            trigger: ".o_list_view .o_data_row:contains(Clara Client) .o_data_cell[name='partner_id']",
            run: "click",
        },
        {
            content: "open the service",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains(Cut) .o_data_cell[name='product_id']",
            run: "click",
        },
        {
            content: "edit the stylist's share",
            trigger: ".modal .o_field_widget[name='performer_ids'] .o_data_row:first .o_data_cell[name='share']",
            run: "click",
        },
        {
            content: "80 percent",
            trigger: ".modal .o_selected_row [name='share'] input",
            run: "edit 80",
        },
        {
            content: "add the assistant",
            trigger: ".modal .o_field_widget[name='performer_ids'] .o_field_x2many_list_row_add :is(button, a)",
            run: "click",
        },
        {
            content: "a new line is there",
            trigger: ".modal .o_field_widget[name='performer_ids'] .o_data_row:eq(1).o_selected_row",
        },
        ...pick("employee_id", "Ben", ".modal .o_field_widget[name='performer_ids'] .o_data_row:eq(1)"),
        {
            content: "part",
            trigger: ".modal .o_selected_row [name='part'] input",
            run: "click",
        },
        {
            content: "as assistant",
            trigger: ".o_select_menu_item:contains(Assistant)",
            run: "click",
        },
        {
            content: "20 percent",
            trigger: ".modal .o_selected_row [name='share'] input",
            run: "edit 20",
        },
        {
            content: "done with the service",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "both are named",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('Anna 80 %, Ben 20 %')",
        },
        {
            content: "note what was done",
            trigger: ".o_field_widget[name='note'] textarea",
            run: "edit Layers, two fingers shorter.",
        },
        ...stepUtils.saveForm(),
    ],
});

/** The manager is told of visits that nobody closed, and closes them. */
registry.category("web_tour.tours").add("salon_manager_closes_forgotten", {
    steps: () => [
        { content: "two are forgotten", trigger: ".salon-forgotten:contains(2 visits)" },
        { trigger: ".salon-forgotten button", run: "click" },
        {
            content: "the list shows them alone",
            trigger: ".o_list_view:not(:has(.salon-forgotten)):not(:contains(Olga Other)) .o_data_row:eq(1)",
        },
        { trigger: "thead .o_list_record_selector input", run: "click" },
        { trigger: ".o_control_panel button[name='action_done']", run: "click" },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        { content: "none is left", trigger: "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row))" },
    ],
});

registry.category("web_tour.tours").add("salon_visits_on_a_phone", {
    steps: () => [
        { content: "one is forgotten", trigger: ".salon-forgotten:contains(A visit has been open)" },
        { content: "it was a walk-in's", trigger: ".o_kanban_view .o_kanban_record:contains(Walk-in)" },
        {
            content: "who came, for what, with whom",
            trigger: ".o_kanban_record:contains(Clara Client):contains(Cut):contains(Anna)",
            run: "click",
        },
        {
            content: "the service",
            trigger: ".o_form_view [name='line_ids'] .o_kanban_record:contains(Anna)",
            run: "click",
        },
        {
            content: "who did it",
            trigger: ".modal [name='performer_ids'] .o_kanban_record:contains(Stylist)",
            run: "click",
        },
        { content: "with room for each field", trigger: ".modal [name='share'] input" },
    ],
});

import { pick } from "@salon_crm/../tests/tours/utils/salon_pick_util";

/** Steps that add a line for `service`, with `stylist` where one is given, to the form on the screen. */
export function addService(service, stylist) {
    return [
        {
            content: "add a service",
            trigger: ".o_field_x2many_list_row_add button, .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...pick("product_id", service, ".o_selected_row"),
        ...(stylist ? pick("stylist_id", stylist, ".o_selected_row") : []),
    ];
}

import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import { SelectionPopup } from "@point_of_sale/app/components/popups/selection_popup/selection_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(ControlButtons.prototype, {
    get salonServiceLine() {
        const line = this.currentOrder?.getSelectedOrderline();
        // Who did what was booked stands in the visit.
        const sold = line?.isSalonService && !line.refunded_orderline_id && !line.salon_visit_line_id;
        return sold ? line : undefined;
    },

    /** Say who performed the selected service: a sale without a booking makes its visit from it. */
    async clickSalonStylist() {
        const line = this.salonServiceLine;
        const stylist = await makeAwaitable(this.dialog, SelectionPopup, {
            title: _t("Who performed %s?", line.product_id.display_name),
            list: this.pos.models["hr.employee.public"].getAll().map((employee) => ({
                id: employee.id,
                label: employee.name,
                isSelected: employee.id === line.salon_stylist_id?.id,
                item: employee,
            })),
        });
        if (stylist) {
            line.salon_stylist_id = stylist;
        }
    },
});

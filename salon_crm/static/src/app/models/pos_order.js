import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    setPartner(partner) {
        if (this.partner_id?.id !== partner?.id) {
            // A visit belongs to its client: what came into the order with it leaves with it.
            this.salon_visit_id = undefined;
            this.salon_next_visit_at = false;
            for (const line of this.lines.filter((line) => line.salon_visit_line_id)) {
                this.removeOrderline(line);
            }
        }
        return super.setPartner(...arguments);
    },

    /** The time of the next visit as one says it to the client. */
    get salonNextVisit() {
        return (
            this.salon_next_visit_at &&
            this.salon_next_visit_at.toLocaleString({
                weekday: "short",
                day: "numeric",
                month: "short",
                hour: "2-digit",
                minute: "2-digit",
            })
        );
    },

    get salonServiceLines() {
        return this.lines.filter(
            (line) => line.isSalonService && line.qty > 0 && !line.refunded_orderline_id
        );
    },
});

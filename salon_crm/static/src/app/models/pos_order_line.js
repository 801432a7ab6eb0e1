import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

patch(PosOrderline.prototype, {
    get isSalonService() {
        return this.product_id?.product_tmpl_id?.is_salon_service;
    },

    canBeMergedWith(orderline) {
        return (
            super.canBeMergedWith(...arguments) &&
            this.salon_visit_line_id?.id === orderline.salon_visit_line_id?.id &&
            this.salon_stylist_id?.id === orderline.salon_stylist_id?.id
        );
    },
});

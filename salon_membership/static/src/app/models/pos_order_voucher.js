import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    /** The server makes the code of a voucher: the receipt waits for it. */
    waitForPushOrder() {
        return Boolean(this.salon_voucher_program_id) || super.waitForPushOrder(...arguments);
    },
});

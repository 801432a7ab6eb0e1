import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    /** The last thing before money changes hands: what was held stays held until the order is settled. */
    async isOrderValid() {
        if (this.order.salonTopupOwed) {
            this.pos.refuseSalonTopupOwed();
            return false;
        }
        if (!this.pos.refreshSalonWallet(this.order) || !(await super.isOrderValid(...arguments))) {
            return false;
        }
        return this.pos.beginSalonWallet(this.order);
    },
});

import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/utils/order_payment_validation_wallet"; // this adds to it

patch(OrderPaymentValidation.prototype, {
    /** The last thing before money changes hands: sessions that were held stay held until the order is settled. */
    async isOrderValid() {
        if (!(await super.isOrderValid(...arguments))) {
            return false;
        }
        return this.pos.beginSalonSessions(this.order);
    },
});

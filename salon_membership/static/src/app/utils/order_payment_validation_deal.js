import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/utils/order_payment_validation_treatment"; // this adds to it

patch(OrderPaymentValidation.prototype, {
    /** The last thing before money changes hands: no other till has redeemed the vouchers. */
    async isOrderValid() {
        if (!(await super.isOrderValid(...arguments))) {
            return false;
        }
        return this.pos.beginSalonDeals(this.order);
    },
});

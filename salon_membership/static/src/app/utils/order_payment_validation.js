import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    /**
     * Points that were held too long ago may be another order's by now, and a coupon may lie at another till too: ask
     * once more before money changes hands.
     */
    async validateOrder() {
        const points = this.order.salonPointsToSpend;
        const paying = this.order.salonPointsFor(this.order.salonPartPayment);
        if (
            points > 0 &&
            !(await this.pos.holdSalonPoints(this.order, points, { sellAnyway: true, paying }))
        ) {
            return;
        }
        if (!(await this.pos.claimSalonCoupons(this.order))) {
            return;
        }
        await super.validateOrder(...arguments);
    },
});

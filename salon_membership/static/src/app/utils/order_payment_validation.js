import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    /** Points that were held too long ago may be another order's by now: ask once more before money changes hands. */
    async validateOrder() {
        const points = this.order.salonPointsToSpend;
        if (points > 0 && !(await this.pos.holdSalonPoints(this.order, points, { sellAnyway: true }))) {
            return;
        }
        await super.validateOrder(...arguments);
    },
});

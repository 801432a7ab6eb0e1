import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { patch } from "@web/core/utils/patch";

patch(OrderSummary.prototype, {
    /** Editing a line computes its price from the list anew: the stylist's difference comes on top again. */
    async onOrderlineLongPress(ev, orderline) {
        const edited = await super.onOrderlineLongPress(...arguments);
        if (edited && orderline.salon_price_difference) {
            orderline.salon_price_difference = 0;
            orderline.applySalonPrice();
        }
        return edited;
    },
});

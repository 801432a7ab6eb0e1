import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { patch } from "@web/core/utils/patch";

patch(PosOrderline.prototype, {
    get isSalonService() {
        return this.product_id?.product_tmpl_id?.is_salon_service;
    },

    /** Days after which a client usually needs this service again; 0 for one that is not proposed. */
    get salonIntervalDays() {
        return this.product_id?.product_tmpl_id?.salon_interval_days || 0;
    },

    get salonGuestName() {
        return this.salon_visit_line_id?.visit_id?.guestName(this.order_id?.getPartner()) || "";
    },

    /** Note who performed this service, nobody when undefined; the price follows. */
    setSalonStylist(stylist) {
        this.salon_stylist_id = stylist;
        this.applySalonPrice();
    },

    /** Have the price say what the service costs with its stylist. A price that was typed stays. */
    applySalonPrice() {
        const priceExtra = this.salonPriceExtraWith(this.salon_stylist_id);
        this.salon_price_difference = this.salonDifferenceWith(this.salon_stylist_id);
        this.price_extra = priceExtra;
        if (this.price_type === "original" && !this.isPartOfCombo()) {
            this.setUnitPrice(
                this.product_id.getPrice(
                    this.order_id.pricelist_id,
                    this.getQuantity(),
                    priceExtra,
                    false,
                    this.product_id
                )
            );
        }
    },

    /** A combo has one price, whoever does its parts. */
    salonDifferenceWith(stylist) {
        const none = !stylist || this.isPartOfCombo();
        return none ? 0 : stylist.getPriceDifference(this.product_id.product_tmpl_id);
    },

    /** What comes on top of the list price with `stylist`: what attributes cost, and the stylist's difference. */
    salonPriceExtraWith(stylist) {
        const others = (this.price_extra || 0) - (this.salon_price_difference || 0);
        return others + this.salonDifferenceWith(stylist);
    },

    canBeMergedWith(orderline) {
        return (
            super.canBeMergedWith(...arguments) &&
            this.salon_visit_line_id?.id === orderline.salon_visit_line_id?.id &&
            this.salon_stylist_id?.id === orderline.salon_stylist_id?.id
        );
    },
});

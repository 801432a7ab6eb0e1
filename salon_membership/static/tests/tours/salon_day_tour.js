import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { registry } from "@web/core/registry";

/** The visit of a silver member comes into the order at her price, is paid, and brings points. */
registry.category("web_tour.tours").add("salon_day_cashier", {
    steps: () =>
        [
            Till.open("Clara Client"),
            Till.takeVisit("Cut", "Anna"),
            ProductScreen.totalAmountIs("85.00"),
            {
                content: "tier, points and what this sale brings",
                trigger: ".salon-panel-badges:contains(Silver):contains(+102)",
            },
            Till.pay(),
            {
                content: "points on the receipt",
                trigger: ".pos-receipt .salon-receipt-points-change:contains(/^102$/)",
            },
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

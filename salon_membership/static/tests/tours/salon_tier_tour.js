import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import { scan_barcode } from "@point_of_sale/../tests/generic_helpers/utils";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { registry } from "@web/core/registry";

function enrol() {
    return [
        { content: "the offer", trigger: ".salon-enrol:contains(Greta Guest)", run: "click" },
        { content: "not without the rules", trigger: ".modal .salon-enrol-confirm:disabled" },
        { content: "the rules", trigger: ".modal .salon-club-rules:contains(be kind)" },
        { content: "accepted", trigger: ".modal .salon-rules-accepted", run: "click" },
        { content: "enrol", trigger: ".modal .salon-enrol-confirm:enabled", run: "click" },
        { content: "it is on the order", trigger: ".salon-enrolled" },
    ];
}

function news(text) {
    return [
        { content: "news on the screen", trigger: `.salon-tier-news:contains(${text})` },
        { content: "news on the receipt", trigger: `.pos-receipt .salon-receipt-tier:contains(${text})` },
    ];
}

/** Who reaches the amount becomes a member with the order; the price holds from the next one on. */
registry.category("web_tour.tours").add("salon_till_enrols", {
    steps: () =>
        [
            Till.open("Greta Guest"),
            ProductScreen.clickDisplayedProduct("Cut"),
            { content: "not enough yet", trigger: ".salon-panel:not(:has(.salon-enrol))" },
            ProductScreen.clickDisplayedProduct("Serum"),
            enrol(),
            ProductScreen.totalAmountIs("600.00"),
            { content: "taken back", trigger: ".salon-enrolled button", run: "click" },
            enrol(),
            Till.pay(),
            news("New member: Regular"),
            Till.nextOrder(),
            Till.choose("Greta Guest"),
            { content: "a member now", trigger: ".salon-panel-badges:contains(Regular)" },
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.totalAmountIs("90.00"),
            Till.close(),
        ].flat(),
});

/** Where the salon wants it, the order that makes one a member has the member's price already. */
registry.category("web_tour.tours").add("salon_till_enrols_at_once", {
    steps: () =>
        [
            Till.open("Greta Guest"),
            ProductScreen.clickDisplayedProduct("Serum"),
            ProductScreen.totalAmountIs("500.00"),
            enrol(),
            ProductScreen.totalAmountIs("450.00"),
            Till.pay(),
            news("New member: Regular"),
            Till.close(),
        ].flat(),
});

/** The panel says what is missing to the next tier, and the order that reaches it brings it. */
registry.category("web_tour.tours").add("salon_till_promotes", {
    steps: () =>
        [
            Till.open("Clara Client"),
            { content: "before", trigger: ".salon-tier-progress:contains(480.00 more to Gold)" },
            ProductScreen.clickDisplayedProduct("Cut"),
            { content: "with this order", trigger: ".salon-tier-progress:contains(395.00 more to Gold)" },
            ProductScreen.clickDisplayedProduct("Serum"),
            { content: "reached", trigger: ".salon-tier-progress:contains(Gold with this order)" },
            Till.pay(),
            news("Now Gold"),
            Till.nextOrder(),
            Till.choose("Clara Client"),
            { content: "gold", trigger: ".salon-panel-badges .salon-tier:contains(Gold)" },
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.totalAmountIs("80.00"),
            Till.close(),
        ].flat(),
});

/** One of each: services and products, what is spared, floors, and a rule that was made by hand. */
registry.category("web_tour.tours").add("salon_till_member_prices", {
    steps: () =>
        [
            Till.open("Clara Client"),
            { content: "a member", trigger: ".salon-panel-badges:contains(Gold)" },
            ["Cut", "Conditioner", "Gift Set", "Wax", "Oil", "Comb", "Brush"].map((name) =>
                ProductScreen.clickDisplayedProduct(name)
            ),
            ProductScreen.totalAmountIs("355.50"),
            Till.pay(),
            Till.close(),
        ].flat(Infinity),
});

/** A scanned card finds its client, who gets what is due for the birthday by one tap. */
registry.category("web_tour.tours").add("salon_till_birthday", {
    steps: () =>
        [
            Till.open(),
            scan_barcode("MEMBER-CARD7"),
            { content: "the client of the card", trigger: ".set-partner:contains(Clara Client)" },
            { content: "the tier", trigger: ".salon-panel-badges:contains(Gold)" },
            { content: "what to offer", trigger: ".salon-benefits:contains(Champagne)" },
            { content: "give it", trigger: ".salon-gift:contains(Free Cut)", run: "click" },
            { content: "it is in the order", trigger: ".salon-panel:not(:has(.salon-gift))" },
            ProductScreen.totalAmountIs("0.00"),
            ProductScreen.clickDisplayedProduct("Serum"),
            ProductScreen.totalAmountIs("400.00"),
            Till.pay(),
            Till.nextOrder(),
            scan_barcode("MEMBER-NOBODY"),
            { content: "nobody has it", trigger: ".o_notification:contains(Unknown Barcode)" },
            scan_barcode("MEMBER-CARD7"),
            { content: "again", trigger: ".salon-panel-badges:contains(Gold)" },
            { content: "it was given", trigger: ".salon-panel:not(:has(.salon-gift))" },
            Till.close(),
        ].flat(),
});

import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as SelectionPopup from "@point_of_sale/../tests/generic_helpers/selection_popup_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { registry } from "@web/core/registry";

function panelShows(...texts) {
    const contains = texts.map((text) => `:contains(${text})`).join("");
    return { content: `the panel shows ${texts.join(", ")}`, trigger: `.salon-panel-badges${contains}` };
}

function receiptShows(change, balance) {
    return [
        {
            content: "points won on the receipt",
            trigger: `.pos-receipt .salon-receipt-points-change:contains(/^${change}$/)`,
        },
        {
            content: "points balance on the receipt",
            trigger: `.pos-receipt .salon-receipt-points-balance:contains(/^${balance}$/)`,
        },
        {
            content: "Odoo's own figures don't stand beside the salon's",
            trigger: ".pos-receipt:not(:has(.loyalty))",
        },
    ];
}

/** A guest pays the list price; a member pays the tier's and gets points, which the server settles. */
registry.category("web_tour.tours").add("salon_till_member_earns", {
    steps: () =>
        [
            Till.open("Greta Guest"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.totalAmountIs("100.00"),
            { content: "no member, no badge", trigger: ".salon-panel:not(:has(.salon-tier))" },
            Till.choose("Clara Client"),
            ProductScreen.totalAmountIs("80.00"),
            panelShows("Gold", "0 points", "+120"),
            ProductScreen.clickDisplayedProduct("Shampoo"),
            ProductScreen.totalAmountIs("87.99"),
            panelShows("Gold", "0 points", "+131"),
            Till.pay(),
            receiptShows(131, 131),
            Till.nextOrder(),
            Till.choose("Clara Client"),
            panelShows("Gold", "131 points"),
            ProductScreen.clickDisplayedProduct("Cut"),
            panelShows("+120"),
            Till.pay(),
            receiptShows(120, 251),
            Till.close(),
        ].flat(),
});

/** The tier's discount is taken off the whole price, the stylist's difference included. */
registry.category("web_tour.tours").add("salon_till_member_pays_stylists_price", {
    steps: () =>
        [
            Till.open("Clara Client"),
            panelShows("Gold"),
            Till.takeVisit("Cut", "Anna"),
            ProductScreen.selectedOrderlineHas("Cut", "1", "104.0"),
            panelShows("+156"),
            Till.choose("Greta Guest"),
            ProductScreen.clickDisplayedProduct("Cut"),
            { trigger: ".salon-stylist-button", run: "click" },
            SelectionPopup.has("Anna", { run: "click" }),
            ProductScreen.totalAmountIs("130.00"),
            Till.choose("Clara Client"),
            ProductScreen.totalAmountIs("104.00"),
            Till.pay(),
            Till.close(),
        ].flat(),
});

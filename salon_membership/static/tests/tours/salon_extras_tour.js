import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { registry } from "@web/core/registry";

/** Reception at the till asks a new client who sent them. */
registry.category("web_tour.tours").add("salon_till_takes_referral", {
    steps: () =>
        [
            Till.open("Nora New"),
            { content: "a new client is asked", trigger: ".salon-referrer", run: "click" },
            { trigger: ".modal .salon-referral-code", run: "edit nosuch22" },
            { trigger: ".modal .salon-referral-save:enabled", run: "click" },
            { content: "a wrong code is said", trigger: ".modal .salon-referral-message:contains(No member has the code)" },
            { trigger: ".modal .salon-referral-code", run: "edit clara234" },
            { trigger: ".modal .salon-referral-save:enabled", run: "click" },
            { content: "who brought them is shown", trigger: ".salon-brought-by:contains(Clara Client)" },
            { content: "and asked no more", trigger: ".salon-extras:not(:has(.salon-referrer))" },
            Till.close(),
        ].flat(),
});

/** A new client draws at the till; the product they won comes into the order at 0. */
registry.category("web_tour.tours").add("salon_till_draws", {
    steps: () =>
        [
            Till.open("Nora New"),
            ProductScreen.clickDisplayedProduct("Cut"),
            { trigger: ".salon-draw:contains(Welcome draw)", run: "click" },
            { content: "the odds are shown", trigger: ".modal .salon-draw-odds:contains(Shampoo for you):contains(100 %)" },
            { trigger: ".modal .salon-draw-word", run: "edit seven" },
            { trigger: ".modal .salon-draw-go:enabled", run: "click" },
            { content: "what was won", trigger: ".modal .salon-draw-result:contains(Shampoo for you)" },
            { trigger: ".modal .salon-draw-close", run: "click" },
            { content: "nobody draws twice", trigger: ".salon-extras:not(:has(.salon-draw))" },
            { trigger: ".salon-prize:contains(Shampoo for you)", run: "click" },
            ProductScreen.selectedOrderlineHas("Shampoo", "1", "0.0"),
            ProductScreen.totalAmountIs("100.00"),
            { content: "handed out once", trigger: ".salon-panel:not(:has(.salon-prize))" },
            Till.pay(),
            Till.close(),
        ].flat(),
});

/** The till gives a voucher with an order: its code is on the receipt. */
registry.category("web_tour.tours").add("salon_till_gives_voucher", {
    steps: () =>
        [
            Till.open("Greta Guest"),
            ProductScreen.clickDisplayedProduct("Cut"),
            { trigger: ".salon-voucher:contains(Voucher)", run: "click" },
            { content: "it is chosen", trigger: ".salon-voucher[aria-pressed=true]:contains(Voucher for the next visit)" },
            Till.pay(),
            { content: "its code is on the receipt", trigger: ".pos-receipt .salon-receipt-voucher-code:contains(/^044/)" },
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** The client comes again with it. */
registry.category("web_tour.tours").add("salon_till_takes_voucher", {
    steps: () =>
        [
            Chrome.startPoS(), // the register is open
            Till.choose("Greta Guest"),
            ProductScreen.clickDisplayedProduct("Cut"),
            ProductScreen.clickControlButton("Enter Code"),
            { trigger: ".modal textarea, .modal input[type=text]", run: "edit 044-back-again" },
            { trigger: ".modal .modal-footer .btn-primary", run: "click" },
            ProductScreen.totalAmountIs("80.00"),
            Till.pay(),
            Till.close(),
        ].flat(),
});

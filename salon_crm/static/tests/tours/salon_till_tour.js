import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as SelectionPopup from "@point_of_sale/../tests/generic_helpers/selection_popup_util";
import * as Till from "@salon_crm/../tests/tours/utils/salon_till_util";
import { registry } from "@web/core/registry";
import * as OfflineUtil from "@point_of_sale/../tests/generic_helpers/offline_util";

/** Choosing the client offers the open visit; one tap brings its services into the order. */
registry.category("web_tour.tours").add("salon_till_takes_visit", {
    steps: () =>
        [
            Till.open("Clara Client"),
            Till.takeVisit("Cut", "Anna"),
            ProductScreen.selectedOrderlineHas("Cut", "1", "100.0"),
            { content: "the line names its stylist", trigger: ".salon-stylist:contains(Anna)" },
            { content: "a cashier without a role books nothing", trigger: ".salon-panel:not(:has(.salon-next-visit))" },
            Till.pay(),
            Till.nextOrder(),
            Till.close(),
        ].flat(),
});

/** What the salon knows of a client stands beside the order, also when the connection is lost. */
registry.category("web_tour.tours").add("salon_till_shows_client", {
    steps: () =>
        [
            Till.open("Clara Client"),
            { content: "what to avoid", trigger: ".salon-card-alert:contains(No ammonia)" },
            { content: "the last visit", trigger: ".salon-card-last:contains(Cut):contains(Anna)" },
            { content: "the next one", trigger: ".salon-card-next:contains(Facial)" },
            { content: "what they like", trigger: ".salon-card-preferences:contains(Green tea)" },
            { content: "a birthday that is near", trigger: ".salon-card-birthday:contains(Birthday today)" },
            Till.choose("Mia Client"),
            { content: "it is another client", trigger: ".salon-panel:not(:has(.salon-card-alert))" },
            OfflineUtil.setOfflineMode(),
            Till.choose("Clara Client"),
            { content: "what was loaded stays", trigger: ".salon-card-alert:contains(No ammonia)" },
            { content: "and says that it may be old", trigger: ".salon-card-kept" },
            OfflineUtil.setOnlineMode(),
            Till.choose("Mia Client"),
            Till.choose("Clara Client"),
            { content: "it is new again", trigger: ".salon-card:has(.salon-card-last):not(:has(.salon-card-kept))" },
            Till.close(),
        ].flat(),
});

/** On a phone, what to avoid shows at once, the rest with a tap. */
registry.category("web_tour.tours").add("salon_till_shows_client_on_a_phone", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickReview(),
            { trigger: ".salon-card-alert:contains(No ammonia)" },
            { trigger: ".salon-card:not(:has(.salon-card-facts))" },
            { content: "more of it", trigger: ".salon-card-more", run: "click" },
            { trigger: ".salon-card-preferences:contains(Green tea)" },
            Till.close(),
        ].flat(),
});

/** A service sold without a booking: the cashier says who did it. */
registry.category("web_tour.tours").add("salon_till_names_stylist", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickDisplayedProduct("Facial"),
            nameStylist("Ben"),
            { trigger: ".salon-stylist:contains(Ben)" },
            Till.pay(),
            Till.close(),
        ].flat(),
});

function nameStylist(name) {
    return [
        { content: "who performed it?", trigger: ".salon-stylist-button", run: "click" },
        SelectionPopup.has(name, { run: "click" }),
    ].flat();
}

/** The price follows the stylist, with the visit and without; nobody's price is the list's. */
registry.category("web_tour.tours").add("salon_till_prices_by_stylist", {
    steps: () =>
        [
            Till.open("Clara Client"),
            Till.takeVisit("Cut", "Anna"),
            ProductScreen.selectedOrderlineHas("Cut", "1", "130.0"),
            ProductScreen.clickDisplayedProduct("Facial"),
            ProductScreen.selectedOrderlineHas("Facial", "1", "200.0"),
            {
                content: "the choice shows the prices",
                trigger: ".salon-stylist-button",
                run: "click",
            },
            { trigger: ".selection-item:contains(Ben):contains(180.00)" },
            { trigger: ".selection-item:contains(Anna):contains(200.00)" },
            SelectionPopup.has("Ben", { run: "click" }),
            ProductScreen.selectedOrderlineHas("Facial", "1", "180.0"),
            nameStylist("Nobody in particular"),
            ProductScreen.selectedOrderlineHas("Facial", "1", "200.0"),
            { content: "nobody is named", trigger: ".orderline.selected:not(:has(.salon-stylist))" },
            nameStylist("Ben"),
            ProductScreen.clickNumpad("2"),
            ProductScreen.selectedOrderlineHas("Facial", "2", "360.0"),
            ProductScreen.totalAmountIs("490.00"),
            Till.pay(),
            Till.close(),
        ].flat(),
});

/** Who booked for several pays for all of them; a guest sees the own services alone. */
registry.category("web_tour.tours").add("salon_till_pays_for_guests", {
    steps: () =>
        [
            Till.open("Mia Client"),
            { trigger: ".salon-add-services:contains(Facial):not(:contains(Cut))" },
            Till.choose("Clara Client"),
            { trigger: ".salon-add-services .salon-guest:contains(Mia Client)" },
            Till.takeVisit("Cut", "Anna", "Facial", "Ben"),
            ProductScreen.selectedOrderlineHas("Facial", "1", "200.0"),
            { content: "the line names the guest", trigger: ".orderline:contains(Facial) .salon-guest:contains(Mia Client)" },
            { trigger: ".orderline:contains(Cut):not(:has(.salon-guest))" },
            ProductScreen.totalAmountIs("300.00"),
            Till.pay(),
            Till.nextOrder(),
            Till.choose("Mia Client"),
            { content: "paid is paid", trigger: ".salon-panel:not(:has(.salon-add-services))" },
            Till.close(),
        ].flat(),
});

/** The popup shows the day on which the client is due, so many days from now. */
function dueIn(days) {
    return {
        content: `the client is due in ${days} days`,
        trigger: ".modal .salon-next-day",
        run({ anchor }) {
            const due = luxon.DateTime.fromISO(anchor.value);
            const found = Math.round(due.diff(luxon.DateTime.now().startOf("day"), "days").days);
            if (Math.abs(found - days) > 1) {
                throw new Error(`The client is due in ${found} days instead of ${days}.`);
            }
        },
    };
}

/** Two services that last differently long: the shorter one counts, as at the front desk. */
registry.category("web_tour.tours").add("salon_till_next_visit_is_due", {
    steps: () =>
        [
            Till.open("Clara Client"),
            Till.takeVisit("Cut", "Anna", "Colour", "Ben"),
            { trigger: ".salon-next-visit", run: "click" },
            { trigger: ".modal .salon-next-offer" },
            dueIn(28),
            { content: "the colour alone", trigger: ".modal .salon-next-service:contains(Cut)", run: "click" },
            { trigger: ".modal .salon-next-offer:not(:contains(Anna))" },
            dueIn(56),
            OfflineUtil.setOfflineMode(),
            { content: "with the cut", trigger: ".modal .salon-next-service:contains(Cut)", run: "click" },
            {
                content: "without a connection it says what it knows",
                trigger: ".modal .salon-next-message:contains(no connection):contains(Cut after 28 days):contains(Colour after 56 days)",
            },
            OfflineUtil.setOnlineMode(),
            { trigger: ".modal .btn-close", run: "click" },
            Till.close(),
        ].flat(),
});

/** Before the client leaves, the next visit is booked; the receipt says when it is. */
registry.category("web_tour.tours").add("salon_till_books_next_visit", {
    steps: () =>
        [
            Till.open("Clara Client"),
            { content: "nothing to propose yet", trigger: ".salon-panel:not(:has(.salon-next-visit))" },
            Till.takeVisit("Cut", "Anna"),
            { trigger: ".salon-next-visit", run: "click" },
            { content: "three times, with Anna", trigger: ".modal .salon-next-offer:contains(Anna):eq(2)" },
            { trigger: ".modal:not(:has(.salon-next-offer:eq(3)))" },
            dueIn(35),
            { trigger: ".modal .salon-next-offer:first", run: "click" },
            { content: "it is booked", trigger: "body:not(:has(.modal)) .salon-next-visit-booked" },
            Till.pay(),
            { content: "the receipt says it", trigger: ".pos-receipt .salon-receipt-next-visit" },
            Till.nextOrder(),
            Till.choose("Clara Client"),
            ProductScreen.clickDisplayedProduct("Cut"),
            Till.pay(),
            { content: "also after paying", trigger: ".receipt-options .salon-next-visit", run: "click" },
            { trigger: ".modal .salon-next-offer:first", run: "click" },
            { trigger: ".pos-receipt .salon-receipt-next-visit" },
            Till.close(),
        ].flat(),
});

/** On a phone the order is behind “Cart”, and who performed a service behind “More”. */
registry.category("web_tour.tours").add("salon_till_on_the_phone", {
    steps: () =>
        [
            Till.open("Clara Client"),
            ProductScreen.clickReview(),
            Till.takeVisit("Cut", "Anna"),
            { trigger: ".salon-next-visit", run: "click" },
            { content: "three times, with Anna", trigger: ".modal .salon-next-offer:contains(Anna):eq(2)" },
            { trigger: ".modal .salon-next-offer:first", run: "click" },
            { trigger: "body:not(:has(.modal)) .salon-next-visit-booked" },
            ProductScreen.back(),
            ProductScreen.clickDisplayedProduct("Facial"),
            ProductScreen.clickReview(),
            { trigger: ".mobile-more-button", run: "click" },
            { trigger: ".modal .salon-stylist-button", run: "click" },
            SelectionPopup.has("Ben", { run: "click" }),
            { trigger: "body:not(:has(.modal)) .orderline:contains(Facial) .salon-stylist:contains(Ben)" },
            ProductScreen.back(),
            Till.pay(),
            { trigger: ".pos-receipt .salon-receipt-next-visit" },
            Till.close(),
        ].flat(),
});

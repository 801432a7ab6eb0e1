import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/screens/ticket_screen/ticket_screen"; // this adds to it

patch(TicketScreen.prototype, {
    /** Bonus comes back with the goods, in proportion: it is not chosen by itself either. */
    _isSalonSpending(line) {
        if (line?.isSalonBonus) {
            this.notification.add(_t("The bonus comes back with what is refunded. Choose the goods."));
            return true;
        }
        return super._isSalonSpending(...arguments);
    },

    /** What was paid by the card goes back onto it, where the cashier chooses nothing else. */
    postRefund(destinationOrder) {
        super.postRefund(...arguments);
        this.pos.proposeSalonGiveBack(destinationOrder);
    },
});

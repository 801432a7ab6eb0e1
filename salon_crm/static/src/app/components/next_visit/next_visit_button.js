import { Component } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useService } from "@web/core/utils/hooks";
import { NextVisitPopup } from "@salon_crm/app/components/next_visit/next_visit_popup";

/** Offers the client of an order their next visit; once it is booked, shows when that is. */
export class NextVisitButton extends Component {
    static template = "salon_crm.NextVisitButton";
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
    }

    /** Only who has a role in the salon books, and only services that clients come back for are proposed. */
    get isOffered() {
        return (
            this.pos.user.raw.salon_books &&
            this.props.order.getPartner() &&
            this.props.order.salonServiceLines.some((line) => line.salonIntervalDays)
        );
    }

    open() {
        this.dialog.add(NextVisitPopup, { order: this.props.order });
    }
}

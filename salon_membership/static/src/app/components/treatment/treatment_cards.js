import { Component, useEffect } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";
import "@salon_membership/app/components/wallet/wallet_badge"; // this adds to it

/** The client's treatment cards: one tap has a session pay for a service of the order, or of the open visit. */
export class TreatmentCards extends Component {
    static template = "salon_membership.TreatmentCards";
    static props = { order: Object, visitLines: Array, addServices: Function };

    setup() {
        this.pos = usePos();
        this.use = useTrackedAsync((card) => this.useOne(card));
        this.undo = useTrackedAsync((line) =>
            this.pos.undoSalonSession(this.props.order, line)
        );
        useEffect(
            () => {
                if (!this.props.order.finalized) {
                    this.pos.loadSalonCards(this.partner);
                }
            },
            () => [this.props.order.uuid, this.partner?.id]
        );
    }

    get partner() {
        return this.props.order.getPartner();
    }

    get cards() {
        return this.props.order.isRefund ? [] : this.pos.salonCardsOf(this.partner);
    }

    /** The line of the order that a session of this card can pay for. */
    lineFor(card) {
        return this.props.order.lines.find(
            (line) =>
                card.treats(line.product_id) &&
                line.qty >= 1 &&
                !line.salon_treatment_card_id &&
                !line.refunded_orderline_id &&
                !line.isPartOfCombo()
        );
    }

    visitLineFor(card) {
        return this.props.visitLines.find((line) => card.treats(line.product_id));
    }

    canUse(card) {
        return card.sessions_free > 0 && Boolean(this.lineFor(card) || this.visitLineFor(card));
    }

    service(card) {
        const line = this.lineFor(card) || this.visitLineFor(card);
        return line ? line.product_id.display_name : card.label;
    }

    get sessionLines() {
        return this.props.order.salonSessionLines;
    }

    async useOne(card) {
        if (!this.lineFor(card)) {
            await this.props.addServices();
        }
        const line = this.lineFor(card);
        if (line) {
            await this.pos.useSalonSession(this.props.order, line, card);
        }
    }
}

SalonPanel.components = { ...SalonPanel.components, TreatmentCards };

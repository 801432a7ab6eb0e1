import { Component, useEffect, useState } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useService } from "@web/core/utils/hooks";

/**
 * What the salon knows of the chosen client: what to avoid first, then the last visit, the next one and what they like.
 * What was loaded is kept while the till is open, in memory alone: without a connection it stays, and says so.
 */
export class ClientCard extends Component {
    static template = "salon_crm.ClientCard";
    static props = { partner: Object };

    setup() {
        this.pos = usePos();
        this.ui = useService("ui");
        this.state = useState({ card: null, isKept: false, isOpen: !this.ui.isSmall });
        useEffect(
            (partnerId) => {
                this.load(partnerId);
            },
            () => [this.props.partner.id]
        );
    }

    get kept() {
        this.pos.salonCards ??= new Map();
        return this.pos.salonCards;
    }

    async load(partnerId) {
        this.show(partnerId);
        try {
            const card = await this.pos.data.call("salon.client.file", "load_till_card", [
                partnerId,
                this.pos.config.id,
            ]);
            this.kept.set(partnerId, card);
            this.show(partnerId);
        } catch (error) {
            console.info("The client's card could not be loaded", error);
            this.state.isKept = this.props.partner.id === partnerId;
        }
    }

    /** The answer for a client who is not chosen any more waits for the next time. */
    show(partnerId) {
        if (this.props.partner.id === partnerId) {
            this.state.card = this.kept.get(partnerId) || null;
            this.state.isKept = false;
        }
    }

    /** On a phone, all but what to avoid is behind a tap. */
    get hasMore() {
        const { preferences, last, next, birthday } = this.state.card;
        return Boolean(preferences || last || next || birthday);
    }

    toggle() {
        this.state.isOpen = !this.state.isOpen;
    }
}

import { Component, useEffect } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";

/** What the client has on their card, among what else is known of them; a tap tops it up. */
export class WalletBadge extends Component {
    static template = "salon_membership.WalletBadge";
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.topUp = useTrackedAsync(() => this.pos.topUpSalonWallet(this.props.order));
        useEffect(
            () => {
                if (!this.props.order.finalized) {
                    this.pos.loadSalonWallet(this.partner);
                }
            },
            () => [this.props.order.uuid, this.partner?.id]
        );
    }

    get partner() {
        return this.props.order.getPartner();
    }

    get wallet() {
        const wallet = this.pos.salonWallets[this.partner?.id];
        return wallet?.wallet_id ? wallet : null;
    }

    get isBlocked() {
        return this.wallet?.state === "blocked";
    }
}

SalonPanel.components = { ...SalonPanel.components, WalletBadge };

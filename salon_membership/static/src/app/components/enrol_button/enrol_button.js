import { Component, markup, useState } from "@odoo/owl";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";

/** The rules of the club, which the client accepts before they become a member. */
export class EnrolDialog extends Component {
    static template = "salon_membership.EnrolDialog";
    static components = { Dialog };
    static props = { name: String, offer: Object, confirm: Function, close: Function };

    setup() {
        this.state = useState({ accepted: !this.props.offer.rules });
        this.title = _t("%(client)s becomes %(tier)s", {
            client: this.props.name,
            tier: this.props.offer.tier,
        });
        this.text = this.props.offer.rules && markup(this.props.offer.rules.text);
    }

    confirm() {
        this.props.confirm();
        this.props.close();
    }
}

/** The offer to become a member with an order that reaches the amount for it. */
export class EnrolButton extends Component {
    static template = "salon_membership.EnrolButton";
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
        this.offer = useTrackedAsync(() => this.showOffer());
    }

    get name() {
        return this.props.order.getPartner().name;
    }

    async showOffer() {
        const order = this.props.order;
        const partner = order.getPartner();
        let offer;
        try {
            offer = await this.pos.data.call("salon.membership", "load_till_offer", [
                partner.id,
                this.pos.config.id,
            ]);
        } catch (error) {
            console.info("The rules of the club could not be loaded", error);
            this.dialog.add(AlertDialog, {
                title: _t("Not possible now"),
                body: _t("Without a connection nobody becomes a member. Enrol the client later by hand."),
            });
            return;
        }
        if (offer.is_member) {
            await this.pos.loadSalonMembership(order);
            return;
        }
        this.dialog.add(EnrolDialog, {
            name: partner.name,
            offer,
            confirm: () => this.enrol(partner, offer),
        });
    }

    enrol(partner, offer) {
        const order = this.props.order;
        if (order.getPartner()?.id !== partner.id) {
            return;
        }
        order.salon_enrol = true;
        order.salon_rules_accepted = Boolean(offer.rules);
        const pricelist = this.pos.models["product.pricelist"].get(offer.pricelist_id);
        if (this.pos.company.salon_enrol_at_once && pricelist) {
            order.setPricelist(pricelist);
        }
    }

    undo() {
        const order = this.props.order;
        order.salon_enrol = false;
        order.salon_rules_accepted = false;
        if (order.pricelist_id?.salon_tier_id) {
            order.setPricelist(this.pos.salonPricelistOf(order.getPartner()));
        }
    }
}

SalonPanel.components = { ...SalonPanel.components, EnrolButton };

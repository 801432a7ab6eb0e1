import { Component } from "@odoo/owl";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { ConnectionLostError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";

/** What to offer the chosen member today: the benefits of the tier, and by one tap what is due for the birthday. */
export class Offers extends Component {
    static template = "salon_membership.Offers";
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
        this.giving = useTrackedAsync((gift) => this.give(gift));
    }

    get offers() {
        return this.props.order.salonMembership?.till_offers || {};
    }

    get gifts() {
        const given = this.props.order.uiState.salonGifts || {};
        return (this.offers.gifts || []).filter((gift) => !this.isIn(given[gift.id]));
    }

    /** Tell whether the coupon of a gift has its line in the order. */
    isIn(code) {
        return this.props.order.lines.some((line) => line.is_reward_line && line.coupon_id?.code === code);
    }

    get benefits() {
        return this.offers.benefits || [];
    }

    async give(gift) {
        const order = this.props.order;
        let held;
        try {
            held = await this.pos.data.call("salon.birthday.gift", "hold_for_order", [
                gift.id,
                order.getPartner().id,
                this.pos.config.id,
                order.uuid,
            ]);
        } catch (error) {
            const isOffline = error instanceof ConnectionLostError;
            this.say(isOffline ? _t("It needs a connection: another till could give it too.") : error.data?.message);
            return;
        }
        if (held.product_id && !(await this.addProduct(held.product_id))) {
            this.say(_t("This till does not sell it. Give it at another one."));
            return;
        }
        const result = await this.apply(held.code);
        if (result !== true) {
            this.say(result);
            return;
        }
        order.uiState.salonGifts = { ...order.uiState.salonGifts, [gift.id]: held.code };
    }

    /** What is free has to be in the order; it may be there already. */
    async addProduct(productId) {
        const order = this.props.order;
        if (!this.pos.models["product.product"].get(productId)) {
            await this.pos.loadNewProducts([["product_variant_ids", "in", [productId]]]);
        }
        const product = this.pos.models["product.product"].get(productId);
        if (product && !order.lines.some((line) => line.product_id.id === productId && line.qty > 0)) {
            await this.pos.addLineToOrder(
                { product_id: product, product_tmpl_id: product.product_tmpl_id, qty: 1 },
                order,
                {},
                false
            );
        }
        return product;
    }

    async apply(code) {
        const order = this.props.order;
        const known = order._code_activated_coupon_ids.find((coupon) => coupon.code === code);
        if (!known) {
            return this.pos.activateCode(code);
        }
        const [claim] = order.getClaimableRewards(known.id);
        const result = claim ? order._applyReward(claim.reward, claim.coupon_id) : true;
        await this.pos.updateRewards();
        return result;
    }

    say(text) {
        this.dialog.add(AlertDialog, { title: _t("Not possible"), body: text || _t("Try again.") });
    }
}

SalonPanel.components = { ...SalonPanel.components, Offers };

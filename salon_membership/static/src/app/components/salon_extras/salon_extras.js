import { Component, useEffect, useState } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { SelectionPopup } from "@point_of_sale/app/components/popups/selection_popup/selection_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";
import { DrawDialog } from "@salon_membership/app/components/salon_extras/draw_dialog";
import { ReferralDialog } from "@salon_membership/app/components/salon_extras/referral_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/**
 * What the till can do for a client beside selling: say who brought them, let them draw, hand out what they won, give
 * them a voucher. Each shows only where it applies.
 */
export class SalonExtras extends Component {
    static template = "salon_membership.SalonExtras";
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
        this.state = useState({ partnerId: null, extras: null });
        this.takePrize = useTrackedAsync((prize) => this.addPrize(prize));
        useEffect(
            (partnerId) => {
                this.load(partnerId);
            },
            () => [this.partner?.id]
        );
    }

    get partner() {
        return this.props.order.getPartner();
    }

    /** The answer for a client who is not chosen any more is of no account. */
    get extras() {
        return this.state.partnerId === this.partner?.id ? this.state.extras : null;
    }

    async load(partnerId) {
        if (!partnerId || this.props.order.finalized) {
            return;
        }
        try {
            const extras = await this.pos.data.call("salon.client.file", "load_till_extras", [
                partnerId,
                this.pos.config.id,
            ]);
            if (this.partner?.id === partnerId) {
                Object.assign(this.state, { partnerId, extras });
            }
        } catch (error) {
            // Without a connection the till sells as usual.
            console.info("What the client may have could not be loaded", error);
        }
    }

    // Who brought the client

    askReferrer() {
        const partner = this.partner;
        this.dialog.add(ReferralDialog, {
            client: partner.name,
            save: async (code) => {
                const said = await this.pos.data.call("salon.membership", "enter_referral", [
                    partner.id,
                    this.pos.config.id,
                    code,
                ]);
                this.pos.notification.add(said, { type: "success" });
                await this.load(partner.id);
            },
        });
    }

    // Prizes

    openDraw(draw) {
        const partner = this.partner;
        const draws = (method, ...args) =>
            this.pos.data.call("salon.draw", method, [draw.id, partner.id, ...args, this.pos.config.id]);
        this.dialog.add(DrawDialog, {
            title: draw.name,
            client: partner.name,
            prepare: () => draws("salon_prepare_draw"),
            draw: async (word) => {
                const result = await draws("salon_draw", word);
                await this.load(partner.id);
                return result;
            },
        });
    }

    /** Prizes that are in no order of this till yet. */
    get prizes() {
        const taken = new Set(this.pos.models["pos.order.line"].map((line) => line.salon_prize_number));
        return (this.extras?.prizes || []).filter((prize) => !taken.has(prize.entry_id));
    }

    async addPrize(prize) {
        const order = this.props.order;
        if (!this.pos.models["product.product"].get(prize.product_id)) {
            await this.pos.loadNewProducts([["product_variant_ids", "in", [prize.product_id]]]);
        }
        const product = this.pos.models["product.product"].get(prize.product_id);
        await this.pos.addLineToOrder(
            {
                product_id: product,
                product_tmpl_id: product.product_tmpl_id,
                price_unit: 0,
                salon_prize_number: prize.entry_id,
                customer_note: _t("Prize"),
            },
            order,
            {},
            false
        );
    }

    // Vouchers

    get vouchers() {
        if (this.props.order.is_refund) {
            return [];
        }
        return this.pos.models["loyalty.program"].filter(
            (program) => program.salon_at_till && (!program.salon_new_only || this.extras?.is_new)
        );
    }

    get voucher() {
        return this.props.order.salon_voucher_program_id;
    }

    async toggleVoucher() {
        const order = this.props.order;
        if (this.voucher) {
            order.salon_voucher_program_id = undefined;
            return;
        }
        let program = this.vouchers[0];
        if (this.vouchers.length > 1) {
            program = await makeAwaitable(this.dialog, SelectionPopup, {
                title: _t("Which voucher?"),
                list: this.vouchers.map((one) => ({ id: one.id, label: one.name, item: one })),
            });
        }
        if (program) {
            order.salon_voucher_program_id = program;
        }
    }
}

SalonPanel.components = { ...SalonPanel.components, SalonExtras };

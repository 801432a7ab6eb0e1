import { Component, onWillStart, useState } from "@odoo/owl";
import { Numpad } from "@point_of_sale/app/components/numpad/numpad";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { Dialog } from "@web/core/dialog/dialog";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { parseFloat } from "@web/views/fields/parsers";

/** What a client has on their card, and what they put onto it: a proposed amount or any other, with its bonus. */
export class TopupDialog extends Component {
    static template = "salon_membership.TopupDialog";
    static components = { Dialog, Numpad };
    static props = {
        client: String,
        wallet: { optional: true },
        loadSteps: Function,
        preview: Function,
        topUp: Function,
        setPin: Function,
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.ui = useService("ui");
        this.numberBuffer = useService("number_buffer");
        this.numberBuffer.use({
            triggerAtInput: ({ buffer }) => this.setBuffer(buffer || ""),
        });
        this.state = useState({ buffer: "", steps: [], bonus: undefined, rule: "", isOffline: false });
        this.previewSoon = useDebounced(() => this.showBonus(), 300);
        useHotkey("enter", () => this.confirm());
        onWillStart(() => {
            this.showSteps();
        });
    }

    get amount() {
        try {
            return this.pos.currency.round(parseFloat(`${this.state.buffer || 0}`));
        } catch {
            return 0;
        }
    }

    get title() {
        return this.pos.company.salon_topup_product_id.display_name;
    }

    get isBlocked() {
        return this.props.wallet?.state === "blocked";
    }

    get canSetPin() {
        const { wallet } = this.props;
        return Boolean(
            wallet?.wallet_id && wallet.pin_from && this.pos.company.salon_pin_way !== "sms"
        );
    }

    money(amount) {
        return this.env.utils.formatCurrency(amount);
    }

    async showSteps() {
        try {
            this.state.steps = await this.props.loadSteps();
        } catch (error) {
            // A top-up sells without a connection too: the server gives the bonus when the order arrives.
            this.state.isOffline = true;
            console.info("What is given for a top-up could not be loaded", error);
        }
    }

    setBuffer(buffer) {
        this.state.buffer = buffer;
        this.state.bonus = undefined;
        this.previewSoon();
    }

    take(step) {
        this.numberBuffer.set(this.env.utils.formatCurrency(step.amount, false));
        this.state.buffer = this.env.utils.formatCurrency(step.amount, false);
        this.state.bonus = step.bonus;
        this.previewSoon.cancel();
    }

    async showBonus() {
        const amount = this.amount;
        if (!(amount > 0) || this.state.isOffline) {
            return;
        }
        try {
            const { bonus } = await this.props.preview(amount);
            if (this.amount === amount) {
                this.state.bonus = bonus;
            }
        } catch (error) {
            this.state.isOffline = true;
            console.info("The bonus could not be asked for", error);
        }
    }

    async confirm() {
        if (this.amount > 0) {
            this.props.close();
            await this.props.topUp(this.amount);
        }
    }

    async setPin() {
        this.props.close();
        await this.props.setPin();
    }
}

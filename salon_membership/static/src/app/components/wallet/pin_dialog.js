import { Component, useState } from "@odoo/owl";
import { BACKSPACE, Numpad, ZERO, getButtons } from "@point_of_sale/app/components/numpad/numpad";
import { Dialog } from "@web/core/dialog/dialog";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";

const [LEAST, MOST] = [4, 8];
const CODE = 6;

/** What comes back where the client wants a code by SMS, or another one. */
export const SEND = Symbol("send a code");

/** The client types their PIN, or a code that they got: nobody reads it from the screen. A new PIN is typed twice. */
export class PinDialog extends Component {
    static template = "salon_membership.PinDialog";
    static components = { Dialog, Numpad };
    static props = {
        title: String,
        message: { type: String, optional: true },
        isNew: { type: Boolean, optional: true },
        isCode: { type: Boolean, optional: true },
        canSend: { type: Boolean, optional: true },
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ pin: "", first: "", message: this.props.message || "" });
        this.buttons = getButtons([{ value: "", disabled: true }, ZERO, BACKSPACE]);
        useAutofocus({ mobile: false });
        useHotkey("enter", () => this.confirm(), { bypassEditableProtection: true });
    }

    get least() {
        return this.props.isCode ? CODE : LEAST;
    }

    get most() {
        return this.props.isCode ? CODE : MOST;
    }

    get label() {
        if (this.props.isCode) {
            return _t("Code, 6 digits");
        }
        if (!this.props.isNew) {
            return _t("PIN");
        }
        return this.state.first ? _t("Once more") : _t("New PIN, 4 to 8 digits");
    }

    get isComplete() {
        return this.state.pin.length >= this.least;
    }

    type(key) {
        this.state.pin =
            key === "Backspace" ? this.state.pin.slice(0, -1) : this.clean(this.state.pin + key);
    }

    onInput(ev) {
        this.state.pin = this.clean(ev.target.value);
        ev.target.value = this.state.pin;
    }

    clean(text) {
        return text.replace(/\D/g, "").slice(0, this.most);
    }

    send() {
        this.props.getPayload(SEND);
        this.props.close();
    }

    confirm() {
        const { pin, first } = this.state;
        if (!this.isComplete) {
            return;
        }
        if (this.props.isNew && !first) {
            Object.assign(this.state, { first: pin, pin: "", message: "" });
        } else if (this.props.isNew && first !== pin) {
            Object.assign(this.state, {
                first: "",
                pin: "",
                message: _t("These were two different PINs. Type the new one again."),
            });
        } else {
            this.props.getPayload(pin);
            this.props.close();
        }
    }
}

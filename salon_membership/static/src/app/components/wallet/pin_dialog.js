import { Component, useState } from "@odoo/owl";
import { BACKSPACE, Numpad, ZERO, getButtons } from "@point_of_sale/app/components/numpad/numpad";
import { Dialog } from "@web/core/dialog/dialog";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus } from "@web/core/utils/hooks";

const [LEAST, MOST] = [4, 8];

/** The client types their PIN: nobody reads it from the screen. A new one is typed twice. */
export class PinDialog extends Component {
    static template = "salon_membership.PinDialog";
    static components = { Dialog, Numpad };
    static props = {
        title: String,
        message: { type: String, optional: true },
        isNew: { type: Boolean, optional: true },
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ pin: "", first: "", message: this.props.message || "" });
        this.buttons = getButtons([{ value: "", disabled: true }, ZERO, BACKSPACE]);
        useAutofocus({ mobile: false });
        useHotkey("enter", () => this.confirm(), { bypassEditableProtection: true });
    }

    get label() {
        if (!this.props.isNew) {
            return _t("PIN");
        }
        return this.state.first ? _t("Once more") : _t("New PIN, 4 to 8 digits");
    }

    get isComplete() {
        return this.state.pin.length >= LEAST;
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
        return text.replace(/\D/g, "").slice(0, MOST);
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

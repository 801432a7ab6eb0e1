import { Component, onMounted, onWillUnmount, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useAutofocus, useService } from "@web/core/utils/hooks";

/** Platform, code and offer of a voucher. The code may be scanned. */
export class DealDialog extends Component {
    static template = "salon_membership.DealDialog";
    static components = { Dialog };
    static props = {
        platforms: Array,
        offers: Array,
        last: { optional: true },
        take: Function,
        close: Function,
    };

    setup() {
        this.barcodeReader = useService("barcode_reader");
        const last = this.props.platforms.find((one) => one.id === this.props.last?.platformId);
        this.state = useState({
            platformId: (last || this.props.platforms[0])?.id,
            offerId: null,
            code: "",
            message: "",
            isBusy: false,
        });
        this.proposeOffer();
        useAutofocus({ mobile: true });
        useHotkey("enter", () => this.confirm(), { bypassEditableProtection: true });
        onMounted(() => {
            this.barcodeReader.salonDealScan = (code) => this.scan(code);
        });
        onWillUnmount(() => {
            this.barcodeReader.salonDealScan = null;
        });
    }

    get offers() {
        return this.props.offers.filter((offer) => offer.platform_id?.id === this.state.platformId);
    }

    get canTake() {
        return Boolean(this.state.code.trim() && this.state.offerId && !this.state.isBusy);
    }

    choosePlatform(platform) {
        this.state.platformId = platform.id;
        this.state.message = "";
        this.proposeOffer();
    }

    /** Where there is one offer alone, it is that one. */
    proposeOffer() {
        const offers = this.offers;
        this.state.offerId = offers.length === 1 ? offers[0].id : null;
    }

    chooseOffer(offer) {
        this.state.offerId = offer.id;
        this.state.message = "";
    }

    onInput(ev) {
        this.state.code = ev.target.value;
        this.state.message = "";
    }

    async scan(code) {
        this.state.code = code;
        this.state.message = "";
        await this.confirm();
    }

    money(amount) {
        return this.env.utils.formatCurrency(amount);
    }

    async confirm() {
        if (!this.canTake) {
            return;
        }
        this.state.isBusy = true;
        try {
            const offer = this.props.offers.find((one) => one.id === this.state.offerId);
            this.state.message = await this.props.take(offer, this.state.code);
            if (!this.state.message) {
                this.props.close();
            }
        } finally {
            this.state.isBusy = false;
        }
    }
}

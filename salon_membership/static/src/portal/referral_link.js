import { _t } from "@web/core/l10n/translation";
import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** The member's link: copied with one tap, or handed to whatever the phone shares by. */
export class ReferralLink extends Interaction {
    static selector = ".salon-referral-link";
    dynamicContent = {
        ".salon-copy": { "t-on-click": this.copy },
        ".salon-share": { "t-on-click": this.share, "t-att-hidden": () => !navigator.share || undefined },
        ".salon-copied": { "t-out": () => this.said },
    };

    setup() {
        this.said = "";
        this.field = this.el.querySelector("input");
    }

    async copy() {
        this.field.select();
        try {
            await this.waitFor(navigator.clipboard.writeText(this.field.value));
        } catch {
            document.execCommand("copy"); // the salon's own network may have no https
        }
        this.said = _t("Copied");
    }

    async share() {
        try {
            await navigator.share({ url: this.field.value });
        } catch {
            this.said = ""; // closed without sharing
        }
    }
}

registry.category("public.interactions").add("salon_membership.referral_link", ReferralLink);

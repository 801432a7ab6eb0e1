import { onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

export const SHOWN_FOR = 5 * 60 * 1000; // milliseconds; a screen in a salon is left alone

/** What health data is asked for; each time is logged with it. */
export const PURPOSES = [
    ["service", _t("Preparing or doing a service")],
    ["consultation", _t("Consultation")],
    ["update", _t("Bringing the file up to date")],
    ["request", _t("The client asked")],
    ["incident", _t("A reaction or an accident")],
    ["review", _t("Review")],
];

/**
 * For a component that shows on demand what not everybody may see: it goes again after some minutes.
 *
 * @param {Object} state of the component; `busy` while the server is asked
 * @param {Function} hide takes out of sight what is shown
 * @returns {{ during: Function, hideLater: Function }}
 */
export function useReveal(state, hide) {
    let timer;
    onWillUnmount(() => browser.clearTimeout(timer));
    return {
        /** One call at a time: a second tap does nothing. */
        async during(work) {
            if (state.busy) {
                return;
            }
            state.busy = true;
            try {
                await work();
            } finally {
                state.busy = false;
            }
        },
        hideLater() {
            browser.clearTimeout(timer);
            timer = browser.setTimeout(hide, SHOWN_FOR);
        },
    };
}

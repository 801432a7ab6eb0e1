import { ConnectionLostError } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";

/** What the server said, or that there is none at the moment. */
export function explain(error) {
    if (error instanceof ConnectionLostError) {
        return _t("There is no connection. Try again later.");
    }
    return error.data?.message || error.message;
}

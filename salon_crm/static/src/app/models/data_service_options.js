import { DataServiceOptions } from "@point_of_sale/app/models/data_service_options";
import { patch } from "@web/core/utils/patch";

patch(DataServiceOptions.prototype, {
    /** Prices and stylists that are there no more leave the browser's own store as well. */
    get cleanupModels() {
        return [...super.cleanupModels, "hr.employee.public", "salon.service.variation"];
    },
});

import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import { patch } from "@web/core/utils/patch";

patch(ControlButtons.prototype, {
    getPotentialRewards() {
        const rewards = super
            .getPotentialRewards(...arguments)
            .filter(({ reward }) => !reward.program_id.is_salon_program);
        return [...rewards, ...(this.pos.getOrder()?.salonRewards || [])];
    },

    async _applyReward(reward, coupon_id) {
        if (reward.program_id.is_salon_program) {
            return this.pos.claimSalonReward(this.pos.getOrder(), reward, coupon_id);
        }
        return super._applyReward(...arguments);
    },
});

/** @odoo-module ignore **/
// What makes the public pages a little quicker; all of them work without it.
(function () {
    "use strict";
    document.documentElement.classList.add("script");

    for (const select of document.querySelectorAll("select[data-submit]")) {
        select.addEventListener("change", () => select.form.submit());
    }

    for (const held of document.querySelectorAll("[data-seconds]")) {
        const end = Date.now() + Number(held.dataset.seconds) * 1000;
        const left = held.querySelector(".left");
        const timer = setInterval(() => {
            const seconds = Math.round((end - Date.now()) / 1000);
            if (seconds <= 0) {
                clearInterval(timer);
                window.location.reload();
                return;
            }
            left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        }, 1000);
    }

    // A second tap on the way must not send a form twice.
    for (const form of document.querySelectorAll("form[method=post]")) {
        form.addEventListener("submit", (event) => {
            if (form.dataset.sent) {
                event.preventDefault();
                return;
            }
            const captcha = form.querySelector("[name=recaptcha_token_response]");
            if (captcha && form.dataset.captcha && !captcha.value && window.grecaptcha) {
                event.preventDefault();
                const key = document.querySelector("meta[name=captcha-key]").content;
                const button = event.submitter;
                window.grecaptcha.ready(async () => {
                    captcha.value = await window.grecaptcha.execute(key, { action: form.dataset.captcha });
                    form.requestSubmit(button);
                });
                return;
            }
            form.dataset.sent = "1";
        });
    }
    window.addEventListener("pageshow", () => {
        for (const form of document.querySelectorAll("form[data-sent]")) {
            delete form.dataset.sent;
        }
    });
})();

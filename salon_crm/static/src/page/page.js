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

    // The signature goes along as a picture, of what was drawn alone.
    for (const canvas of document.querySelectorAll("canvas.signature")) {
        const form = canvas.form || canvas.closest("form");
        const pen = canvas.getContext("2d");
        let drawn = false;
        const clear = () => {
            const box = canvas.getBoundingClientRect();
            const ratio = Math.min(window.devicePixelRatio || 1, 2);
            canvas.width = Math.min(Math.round(box.width * ratio), 1400);
            canvas.height = Math.round(canvas.width * (box.height / (box.width || 1)));
            Object.assign(pen, { lineWidth: 2.5 * ratio, lineCap: "round", lineJoin: "round", strokeStyle: "#14213d" });
            drawn = false;
        };
        const place = (event) => {
            const box = canvas.getBoundingClientRect();
            const scale = canvas.width / (box.width || 1);
            return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
        };
        canvas.addEventListener("pointerdown", (event) => {
            if (!drawn) {
                clear(); // hidden until now, it had no size
            }
            drawn = true;
            canvas.setPointerCapture(event.pointerId);
            pen.beginPath();
            pen.moveTo(...place(event));
            pen.lineTo(...place(event));
            pen.stroke();
            event.preventDefault();
        });
        canvas.addEventListener("pointermove", (event) => {
            if (canvas.hasPointerCapture(event.pointerId)) {
                pen.lineTo(...place(event));
                pen.stroke();
            }
        });
        form.querySelector(".again").addEventListener("click", clear);
        form.addEventListener("submit", () => {
            const typed = form.querySelector("[name=way]").checked;
            form.querySelector("[name=signature]").value = drawn && !typed ? canvas.toDataURL("image/png") : "";
        });
        clear();
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

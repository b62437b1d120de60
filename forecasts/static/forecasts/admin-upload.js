// While a file is sent, shows how much of it has arrived; what is recorded of it only the answer says. Without it the browser waits.
'use strict';

const show = (told, text, share) => {
    told.hidden = false;
    told.querySelector('span').textContent = text;
    const bar = told.querySelector('progress');
    if (share === undefined) {
        bar.removeAttribute('value');
    } else {
        bar.value = share;
    }
};

const enable = (form, may) => {
    for (const button of form.querySelectorAll('[type=submit]')) {
        button.disabled = !may;
    }
};

const send = (form, submitter) => {
    const told = form.querySelector('.upload-progress');
    const sending = new XMLHttpRequest();
    sending.upload.addEventListener('progress', ({lengthComputable, loaded, total}) => {
        if (lengthComputable && loaded < total) {
            show(told, told.dataset.sending, loaded / total);
        }
    });
    sending.upload.addEventListener('load', () => show(told, told.dataset.arrived));
    sending.addEventListener('load', () => {
        const page = new DOMParser().parseFromString(sending.responseText, 'text/html');
        document.title = page.title;
        document.getElementById('content-main').replaceWith(page.getElementById('content-main') ?? page.body);
        document.querySelector('.rule-check, .errorlist')?.focus();
        scrollTo(0, 0);
    });
    sending.addEventListener('error', () => {
        show(told, told.dataset.lost, 0);
        enable(form, true);
    });
    sending.open('POST', form.action);
    sending.send(new FormData(form, submitter));
    enable(form, false);
};

document.addEventListener('submit', event => {
    if (event.target.matches('.upload')) {
        event.preventDefault();
        send(event.target, event.submitter);
    }
});

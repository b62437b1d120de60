// While a file is sent, shows how much of it has arrived, and then how far it is recorded. Without it the browser waits, and asks again by itself.
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

// What was only looked at is recorded, or looked at again, without being chosen again.
const keepFile = (form, page) => {
    if (!page.querySelector('.recorded')) {
        page.querySelector('.upload [type=file]')?.replaceWith(form.querySelector('[type=file]'));
        const told = page.querySelector('[data-kept]');
        told?.replaceChildren(told.dataset.kept);
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
        if (sending.responseURL !== form.action) {
            location.assign(sending.responseURL);
            return;
        }
        const page = new DOMParser().parseFromString(sending.responseText, 'text/html');
        keepFile(form, page);
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

const EVERY = 2000;

const follow = async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok && !answer.redirected) {
        const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
        document.getElementById('content-main').replaceWith(page.getElementById('content-main'));
    }
    if (document.querySelector('.going-on')) {
        setTimeout(follow, EVERY);
    }
};

if (document.querySelector('.going-on')) {
    setTimeout(follow, EVERY);
}

// While a rule is typed, says beside it what it means, or what it still lacks. Without it “Check without saving” says so.
'use strict';

const told = document.getElementById('rule-sentence');
const isOfRule = ({name}) => /^(then|if)_|^rule$/.test(name);
let waiting, asked;

const ask = async form => {
    asked?.abort();
    asked = new AbortController();
    const given = new FormData(form);
    given.set(told.dataset.field, told.dataset.value);
    try {
        const answer = await fetch(form.action, {method: 'POST', body: given, signal: asked.signal});
        if (answer.ok) {
            const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
            told.replaceChildren(...page.body.childNodes);
            told.hidden = !told.textContent.trim();
        }
    } catch (error) {
        if (error.name !== 'AbortError') {
            told.hidden = true;
        }
    }
};

const form = told?.closest('form');
for (const kind of ['input', 'change']) {
    form?.addEventListener(kind, ({target}) => {
        if (isOfRule(target)) {
            clearTimeout(waiting);
            waiting = setTimeout(ask, 400, form);
        }
    });
}

// In a field of several names, offers completions for the one being typed. Without it the field is plain text.
'use strict';

for (const input of document.querySelectorAll('input.many[list]')) {
    const all = Array.from(document.getElementById(input.getAttribute('list'))?.options ?? []);
    const own = document.createElement('datalist');
    own.id = `${input.id}-list`;
    input.after(own);
    input.setAttribute('list', own.id);
    const offer = () => {
        const cut = input.value.lastIndexOf(',') + 1;
        const before = cut ? `${input.value.slice(0, cut)} ` : '';
        const typed = input.value.slice(cut).trim().toLowerCase();
        const close = all.filter(({value, label}) => `${value} ${label}`.toLowerCase().includes(typed)).slice(0, 50);
        own.replaceChildren(...close.map(({value, label}) => new Option(label === value ? '' : label, before + value)));
    };
    input.addEventListener('input', offer);
    input.addEventListener('focus', offer);
}

// Words selected with the mouse or a finger become a quote too. Without it whole sentences are chosen by links and boxes.
'use strict';

const text = document.querySelector('.article-text[data-add]');
const offer = document.createElement('a');
offer.className = 'button';
offer.textContent = 'Log the selected words';
offer.hidden = true;
text?.querySelector('.submit-row')?.prepend(offer);

// Places are counted in letters of the recorded text, where a letter beyond the first plane counts once.
const place = (node, offset) => {
    const sentence = node.parentElement?.closest('[data-start]');
    return sentence && node.nodeType === Node.TEXT_NODE
        ? Number(sentence.dataset.start) + Array.from(node.data.slice(0, offset)).length : null;
};

document.addEventListener('selectionchange', () => {
    const selection = document.getSelection();
    const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
    const start = range && text?.contains(range.commonAncestorContainer) ? place(range.startContainer, range.startOffset) : null;
    const end = start === null ? null : place(range.endContainer, range.endOffset);
    offer.hidden = end === null || end <= start;
    if (!offer.hidden) offer.href = `${text.dataset.add}&start=${start}&end=${end}`;
});

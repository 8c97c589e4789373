// @ts-check
/** Buttons that copy what stands beside them: an address, an amount. */
const SHOWN = 1600; // milliseconds for which a button says that it is done

/**
 * Wire those of a part of the page.
 *
 * @param {ParentNode} part
 * @param {(words: string) => void} say
 */
export function wireCopying(part, say) {
  for (const button of part.querySelectorAll('[data-copy]')) {
    if (!(button instanceof HTMLElement)) continue;
    button.hidden = false;
    if (button.dataset.wiredCopy != null) continue;
    button.dataset.wiredCopy = '';
    button.addEventListener('click', async () => {
      const beside = button.parentElement?.querySelector('.value');
      if (!(await copy(button.dataset.copy ?? '', beside))) return;
      say(button.dataset.done ?? '');
      button.classList.add('done');
      setTimeout(() => button.classList.remove('done'), SHOWN);
    });
  }
}

/**
 * @param {string} value
 * @param {Element | null | undefined} shown Is marked where a page may not copy by itself.
 * @returns {Promise<boolean>}
 */
async function copy(value, shown) {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    if (shown) getSelection()?.selectAllChildren(shown);
    return document.execCommand('copy');
  }
}

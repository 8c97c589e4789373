// @ts-check
/**
 * A picture that does not come leaves its place empty instead of a torn page.
 *
 * @param {ParentNode} part
 */
export function forgetBroken(part) {
  for (const picture of part.querySelectorAll('img')) {
    if (picture.complete && !picture.naturalWidth) picture.remove();
    else picture.addEventListener('error', () => picture.remove());
  }
}

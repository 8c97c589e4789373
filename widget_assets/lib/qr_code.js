// A QR code as a drawing of our own, from the path that the shop gives: no image, so no `data:` in the page's policy.
const SVG = 'http://www.w3.org/2000/svg';

/** @param {string} path filled squares, or lines as wide as one module @param {number} size modules on a side, with the empty ones around it @param {string} name */
export function qrCode(path, size, name) {
  const svg = document.createElementNS(SVG, 'svg');
  const drawing = document.createElementNS(SVG, 'path');
  const filled = /z/i.test(path);
  for (const [key, value] of Object.entries({ class: 'qr', role: 'img', 'aria-label': name, viewBox: `0 0 ${size} ${size}`, 'shape-rendering': 'crispEdges' })) svg.setAttribute(key, value);
  for (const [key, value] of Object.entries({ d: path, class: filled ? 'filled' : 'drawn' })) drawing.setAttribute(key, value);
  svg.append(drawing);
  return svg;
}

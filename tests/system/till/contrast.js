// SPDX-License-Identifier: GPL-2.0-or-later
// contrast.js - how far each text that is seen stands out from what lies beneath it (WCAG 2.2, 1.4.3):
// how many there are, and which have less than 4.5:1. Run in the page by cases.py.
const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
const rgba = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const luminance = (colour) => {
  const [r, g, b] = colour.slice(0, 3).map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
// Half transparent grounds would need blending: there are none, or all are found wanting.
const beneath = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = rgba(getComputedStyle(at).backgroundColor);
    if (colour[3] === 255) return colour;
    if (colour[3] !== 0) return [NaN, NaN, NaN];
  }
  return [255, 255, 255];
};
const seen = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (walker.currentNode.data.trim() && element.getClientRects().length) seen.add(element);
}
for (const field of document.querySelectorAll('input, select, textarea'))
  if (field.getClientRects().length) seen.add(field);
const low = [];
for (const element of seen) {
  for (const part of element.placeholder ? [null, '::placeholder'] : [null]) {
    const [less, more] = [luminance(rgba(getComputedStyle(element, part).color)),
      luminance(beneath(element))].sort((one, other) => one - other);
    const ratio = (more + 0.05) / (less + 0.05);
    if (!(ratio >= 4.5))
      low.push(`${element.tagName} ${element.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
}
return { seen: seen.size, low };

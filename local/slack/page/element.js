// @ts-check

/** An HTML element with these attributes (false and undefined are left out, true is empty) and children; text stays text.
 *  @param {string} tag
 *  @param {Record<string, string | boolean | undefined>} [attributes]
 *  @param {(Node | string | undefined)[]} children */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** The element with this id, which the page always has.
 *  @param {string} id */
export function byId(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no #${id}`)
  return found
}

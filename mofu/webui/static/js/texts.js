// Translated texts with {names} → what is shown.

/** Put values into a text. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

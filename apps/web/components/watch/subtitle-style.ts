/** How subtitles look, as a viewer chose it. Each value is one of `STYLE_CHOICES`. */
export interface SubtitleStyle {
  size: string;
  colour: string;
  background: string;
  edge: string;
  font: string;
}

export interface StyleChoice {
  name: string;
  /** Values by their names, as CSS takes them; the first is what nobody had to choose. */
  options: Record<string, string>;
}

/** Pairs of any colour and any background are told apart: dark letters have a light ground to stand on, or an edge. */
export const STYLE_CHOICES: Record<keyof SubtitleStyle, StyleChoice> = {
  size: { name: 'Size', options: { Ordinary: '1', Small: '0.75', Large: '1.35', 'Very large': '1.8', Huge: '2.4' } },
  colour: {
    name: 'Colour',
    options: { White: '#ffffff', Yellow: '#ffe45c', Cyan: '#7de8ff', Green: '#8ff58f', Black: '#111111' },
  },
  background: {
    name: 'Background',
    options: {
      Dim: 'oklch(0.13 0.006 60 / 0.78)',
      None: 'transparent',
      Black: '#000000',
      Grey: '#4a4a4a',
      White: '#ffffff',
    },
  },
  edge: {
    name: 'Edge',
    options: {
      None: 'none',
      Shadow: '0 0.08em 0.16em #000, 0 0 0.24em #000',
      Outline: '-0.05em -0.05em 0 #000, 0.05em -0.05em 0 #000, -0.05em 0.05em 0 #000, 0.05em 0.05em 0 #000',
    },
  },
  font: {
    name: 'Font',
    options: {
      House: 'var(--font-sans, "Inter Variable", sans-serif)',
      Serif: 'Georgia, "Times New Roman", serif',
      Monospace: 'ui-monospace, Menlo, Consolas, monospace',
      'Wide and clear': 'Verdana, "DejaVu Sans", sans-serif',
    },
  },
};

const KEY = 'marquee.subtitles';
const FIELDS = Object.keys(STYLE_CHOICES) as (keyof SubtitleStyle)[];

/** What nobody had to choose. */
export const PLAIN_STYLE = completeStyle({});

/** Reads what was kept, by whatever version: a field that makes no sense is as nobody had chosen it. */
export function completeStyle(kept: unknown): SubtitleStyle {
  const fields = (typeof kept === 'object' && kept !== null ? kept : {}) as Record<string, unknown>;
  const entries = FIELDS.map((field) => {
    const { options } = STYLE_CHOICES[field];
    const value = fields[field];
    return [field, typeof value === 'string' && Object.hasOwn(options, value) ? value : Object.keys(options)[0]];
  });
  return Object.fromEntries(entries) as SubtitleStyle;
}

/** @returns the custom properties of a style, by their names; `subtitles.css` uses them */
export function styleProperties(style: SubtitleStyle): Record<string, string> {
  return Object.fromEntries(
    FIELDS.map((field) => [`--subtitle-${field}`, STYLE_CHOICES[field].options[style[field]] ?? '']),
  );
}

/** What was chosen on this device. */
export function keptStyle(): SubtitleStyle {
  try {
    return completeStyle(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    // Storage is shut, or holds what we did not write.
    return PLAIN_STYLE;
  }
}

export function keepStyle(style: SubtitleStyle): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(style));
  } catch {
    // Storage is shut or full: the choice holds while the page is open.
  }
}

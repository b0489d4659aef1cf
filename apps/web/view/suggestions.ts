/** One thing that the letters typed so far may mean. */
export interface Suggestion {
  href: string;
  name: string;
  /** What tells it from others of its name; may be empty. */
  note: string;
  /** Address of a small picture. */
  picture: string | null;
}

/** The answer of `/api/search`. */
export interface Suggestions {
  own: Suggestion[];
  titles: Suggestion[];
  people: Suggestion[];
}

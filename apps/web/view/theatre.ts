/** Whether the player takes the whole width of the window: a cookie, so that the page is right at once. */
export const THEATRE_COOKIE = 'marquee-theatre';

declare module '*.css';
declare module '@fontsource-variable/fraunces/opsz.css';
declare module '@fontsource-variable/inter';

// Browsers open six connections to a server: four are held by polls, two are left for pushes.
export const PEOPLE = ['Alice', 'Bob', 'Carol', 'Dave'];

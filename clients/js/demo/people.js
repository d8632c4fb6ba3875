// At most four: browsers open six connections to a server, polls hold four of them, and two are left for pushes.
export const PEOPLE = ['Alice', 'Bob', 'Carol', 'Dave'];

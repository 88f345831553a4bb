// Where web mode sends somebody back to after signing in: a path of the application, as a browser reads it.
const CASES = [
  ['nothing', null, '/'],
  ['an empty text', '', '/'],
  ['the home page', '/', '/'],
  ['a path', '/me', '/me'],
  ['a path with a query', '/me?x=1&y=//z', '/me?x=1&y=//z'],
  ['an escaped path', '/a%2f%2fb', '/a%2f%2fb'],
  ['letters beyond ASCII are escaped: a header holds no others', '/за/ü?q=ї', '/%D0%B7%D0%B0/%C3%BC?q=%D1%97'],
  ['a space', '/a b', '/a%20b'],
  ['no path', 'me', '/'],
  ['another site', 'https://evil.example/', '/'],
  ['another site, without a scheme', '//evil.example', '/'],
  ['another site, by a backslash', '/\\evil.example', '/'],
  ['another site, by two backslashes', '\\\\evil.example', '/'],
  ['another site, by a tab that browsers drop', '/\t/evil.example', '/'],
  ['another site, by a line break that browsers drop', '/\n/evil.example', '/'],
  ['another site, after a dot', '/.//evil.example', '/'],
  ['another site, after two dots', '/..//evil.example', '/'],
  ['another site, after escaped dots', '/%2e%2e//evil.example', '/'],
  ['a script', 'javascript:alert(1)', '/'],
  ['a header of its own', '/me\r\nSet-Cookie: a=b', '/'],
  ['a user in front of another host', '//shop.example@evil.example/', '/'],
  ['a scheme without slashes', 'https:evil.example', '/'],
  ['the longest path: it is kept in a cookie', `/${'a'.repeat(1999)}`, `/${'a'.repeat(1999)}`],
  ['a path that no cookie holds', `/${'a'.repeat(2000)}`, '/'],
  ['a path that no cookie holds once it is escaped', `/${'ї'.repeat(334)}`, '/'],
];

export function returns() {
  return { base: 'https://shop.example', cases: CASES.map(([name, wanted, path]) => ({ name, wanted, path })) };
}

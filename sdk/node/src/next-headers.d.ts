/** What is used of Next.js, which the application brings along. */
declare module 'next/headers.js' {
  export function headers(): Promise<Headers>;
}

/**
 * Single files of undici: the whole of it takes 85 ms to load, its Pool 48. undici 8 has no `exports`, so these paths
 * resolve; they are pinned by the lockfile and tried by the tests.
 */
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici';
  const value: typeof Pool;
  export default value;
}
declare module 'undici/lib/dispatcher/proxy-agent.js' {
  import type { ProxyAgent } from 'undici';
  const value: typeof ProxyAgent;
  export default value;
}
declare module 'undici/lib/dispatcher/socks5-proxy-agent.js' {
  import type { Socks5ProxyAgent } from 'undici';
  const value: typeof Socks5ProxyAgent;
  export default value;
}
declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici';
  const value: Dispatcher['connect'];
  export default value;
}

import { z } from "zod";
import { type Purpose } from "./credentials.js";
import { ingestPath, internalPath, shortOtlpPath } from "./paths.js";

const absolutePath = z.string().regex(/^\/[\w./-]+$/, "an absolute path of letters, digits, dots, dashes");

export const gatewayOptions = z.strictObject({
  /** `host:port` of the server or of its router. */
  upstream: z.string().regex(/^[\w.-]+:\d{1,5}$/, "host:port"),
  /**
   * Name server that is asked for the upstream's address again and again. Needed where the address changes
   * when the server is made anew; without it the name is looked up once, when nginx starts.
   */
  resolver: z.ipv4().optional(),
  /** Organisation that the short OTLP paths belong to. */
  organization: z.string().regex(/^[A-Za-z0-9_-]+$/, "letters, digits, dashes and underscores"),
  port: z.int().min(1).max(65_535).default(8443),
  /** Certificate and key files; absent only where something in front of the gateway ends TLS. */
  tls: z.strictObject({ certificate: absolutePath, key: absolutePath }).optional(),
  /** Where the script of `gatewayScript` is mounted. */
  script: absolutePath.default("/etc/nginx/gateway/gateway.js"),
  /** Folder that nginx may write to; all else is read-only. */
  temporary: absolutePath.default("/tmp"),
  /** File of nginx's JavaScript module, as the official images have it. */
  module: z.string().default("modules/ngx_http_js_module.so"),
  /** Largest request body, MiB. */
  maxBodyMegabytes: z.int().min(1).max(1024).default(20),
  /** Requests a second that one credential may send, and how many more in a burst. */
  requestsPerSecond: z.int().min(1).default(200),
  burst: z.int().min(0).default(400),
  /**
   * The same of one address, whatever credentials it shows: who guesses shows another each time. Enough for many
   * applications behind one address.
   */
  addressRequestsPerSecond: z.int().min(1).default(1000),
  addressBurst: z.int().min(0).default(2000),
  /** Whether only a proxy of ours reaches the gateway, and names the client's address last in X-Forwarded-For. */
  behindProxy: z.boolean().default(false),
  /** Seconds that a client may pause while it sends a request. */
  clientTimeoutSeconds: z.int().min(1).default(10),
  /** Seconds that the server may take to answer; searches are the slow ones. */
  upstreamTimeoutSeconds: z.int().min(1).default(120),
});

export type GatewayOptions = z.input<typeof gatewayOptions>;

interface Answer {
  readonly status: number;
  readonly message: string;
  readonly headers?: readonly string[];
}

const failed: Answer = { status: 500, message: "The gateway failed: its log says why" };

/** What nginx itself comes to. */
const answers: readonly Answer[] = [
  { status: 404, message: "Not found" },
  { status: 413, message: "Request body too large: send smaller batches" },
  { status: 429, message: "Too many requests: slow down", headers: ["Retry-After 1"] },
  failed,
  { status: 502, message: "OpenObserve cannot be reached", headers: ["Retry-After 2"] },
  { status: 504, message: "OpenObserve did not answer in time", headers: ["Retry-After 2"] },
];

const unknown: Answer = {
  status: 401,
  message: "Unauthorized Access: send HTTP Basic or a bearer token of this gateway",
  headers: [`WWW-Authenticate 'Basic realm="openobserve"'`],
};

const beyond: Answer = { status: 403, message: "This token may only send telemetry" };

/** The gateway's own fault, which does not last: many clients throw away what is answered 401. */
const unready: Answer = {
  status: 503,
  message: "The account of the gateway is not there yet, or has just been changed: try again",
  headers: ["Retry-After 2"],
};

/** JSON in the server's shape, so that clients parse one form of error. */
const answering = ({ status, message, headers = [] }: Answer): string =>
  [
    ...headers.map((header) => `add_header ${header} always;`),
    `return ${status} '{"code":${status},"message":"${message}"}';`,
  ].join(" ");

const answerLocation = (answer: Answer): string => `
    location @error${answer.status} {
      internal;
      default_type application/json;
      ${answering(answer)}
    }`;

/**
 * A refusal, by the script or by the server, comes here as 401; which one it is, the script's reason tells. A
 * server that refuses a request that the script has passed for a token refuses the gateway's account. And a script
 * that has not even said who calls has failed.
 */
const refusedLocation = `
    location @refused {
      internal;
      default_type application/json;
      if ($gateway_kind = "") { ${answering(failed)} }
      if ($gateway_refusal = beyond) { ${answering(beyond)} }
      if ($gateway_refusal = unready) { ${answering(unready)} }
      if ($gateway_kind = ingest) { ${answering(unready)} }
      ${answering(unknown)}
    }`;

const errorPages = (answered: readonly Answer[]): string =>
  [
    "error_page 401 = @refused;",
    ...answered.map(({ status }) => `error_page ${status} = @error${status};`),
  ].join(" ");

/** Of the server's own answers those that mean the same; its other ones say more than the gateway could. */
const intercepted = answers.filter(({ status }) => [413, 429, 502, 504].includes(status));

const admitPath = "/-/admit";

/** Has the script admit a request, or refuse it. The limits come first, so that guesses are limited too. */
const admitted = (purpose: Purpose): string => `auth_request ${admitPath}/${purpose};`;

/**
 * The gateway's whole `nginx.conf`. It ends TLS, admits Basic and its own bearer tokens, keeps those tokens
 * to sending telemetry, limits rate and size, and gives OTLP exporters short paths.
 *
 * @throws ZodError when an option is out of its bounds
 */
export function nginxConfig(input: GatewayOptions): string {
  const options = gatewayOptions.parse(input);
  const { tls } = options;
  const { resolver } = options;
  const server = resolver === undefined ? "openobserve" : "$openobserve";
  const timeout = `${options.clientTimeoutSeconds}s`;
  return `# Derived from the gateway's definition; changes by hand are lost at the next deploy.
load_module ${options.module};
worker_processes auto;
daemon off;
pid ${options.temporary}/nginx.pid;
error_log stderr warn;

events {
  worker_connections 4096;
}

http {
  js_import gateway from ${options.script};
  js_set $gateway_limit_key gateway.limitKey;

  # No header is logged: they carry credentials.
  log_format gateway escape=json '{"time":"$time_iso8601","method":"$request_method","uri":"$uri",'
    '"status":$status,"bytes":$request_length,"seconds":$request_time,"client":"$gateway_kind"}';
  access_log /dev/stdout gateway;
  server_tokens off;

  client_body_temp_path ${options.temporary}/client_body;
  proxy_temp_path ${options.temporary}/proxy;
  fastcgi_temp_path ${options.temporary}/fastcgi;
  uwsgi_temp_path ${options.temporary}/uwsgi;
  scgi_temp_path ${options.temporary}/scgi;

  client_max_body_size ${options.maxBodyMegabytes}m;
  client_header_timeout ${timeout};
  client_body_timeout ${timeout};
  send_timeout ${timeout};
  reset_timedout_connection on;

  limit_req_zone $binary_remote_addr zone=address:10m rate=${options.addressRequestsPerSecond}r/s;
  limit_req_zone $gateway_limit_key zone=credential:10m rate=${options.requestsPerSecond}r/s;
  limit_req_status 429;
${
  options.behindProxy
    ? `
  # Nobody but the proxy gets here, which puts the client's address last.
  set_real_ip_from 0.0.0.0/0;
  set_real_ip_from ::/0;
  real_ip_header X-Forwarded-For;
`
    : ""
}${
    resolver === undefined
      ? `
  upstream openobserve {
    server ${options.upstream};
    keepalive 32;
  }
`
      : ""
  }
  server {
    listen ${options.port}${tls === undefined ? "" : " ssl"};${
      tls === undefined
        ? ""
        : `
    ssl_certificate ${tls.certificate};
    ssl_certificate_key ${tls.key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:10m;
    add_header Strict-Transport-Security "max-age=31536000" always;`
    }

    ${errorPages(answers)}
${
  resolver === undefined
    ? ""
    : `
    resolver ${resolver} valid=2s ipv6=off;
    set $openobserve ${options.upstream};
`
}
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Authorization $gateway_authorization;
    proxy_connect_timeout 5s;
    proxy_read_timeout ${options.upstreamTimeoutSeconds}s;
    limit_req zone=address burst=${options.addressBurst} nodelay;
    limit_req zone=credential burst=${options.burst} nodelay;
    auth_request_set $gateway_kind $sent_http_gateway_kind;
    auth_request_set $gateway_refusal $sent_http_gateway_refusal;
    auth_request_set $gateway_authorization $sent_http_gateway_authorization;

    location ^~ ${admitPath}/ {
      internal;
      error_page 500 = @failed;
      js_content gateway.admit;
    }

    # Where the server's own 500 passes as it is, the script's must not be a page of nginx's: it becomes a refusal.
    location @failed {
      internal;
      return 401;
    }

    # Whether the process is alive; needs no credential.
    location = /healthz {
      proxy_pass http://${server};
    }

    location ~ ${internalPath} {
      return 404;
    }

    location ~ ${shortOtlpPath} {
      ${admitted("sending")}
      proxy_intercept_errors on;
      ${errorPages(intercepted)}
      proxy_pass http://${server}/api/${options.organization}/v1/$1$is_args$args;
    }

    location ~ ${ingestPath} {
      ${admitted("sending")}
      proxy_intercept_errors on;
      ${errorPages(intercepted)}
      proxy_pass http://${server};
    }

    location /api/ {
      ${admitted("managing")}
      proxy_pass http://${server};
    }

    # The web application and its sign-in; the server judges its own cookies.
    location / {
      ${admitted("browsing")}
      proxy_pass http://${server};
    }
${refusedLocation}
${answers.map(answerLocation).join("\n")}
  }
}
`;
}

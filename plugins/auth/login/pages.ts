import type { ServerResponse } from "node:http";

// Nothing of a request is shown in these, and nothing of them runs or loads anything.
const headers = {
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  // The server ends with the sign-in, whatever the browser would like to keep.
  connection: "close",
};

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...headers, "content-type": "text/plain; charset=utf-8" });
  response.end(text);
}

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { ...headers, location }).end();
}

export function sendSuccess(response: ServerResponse): void {
  response.writeHead(200, { ...headers, "content-type": "text/html; charset=utf-8" });
  response.end(success);
}

const success = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Signed in</title>
<style>body { font: 1.1rem system-ui, sans-serif; margin: 20vh auto; max-width: 28rem; text-align: center }</style>
<h1>Signed in</h1>
<p>You can close this page and go back to where you came from.</p>
</html>
`;

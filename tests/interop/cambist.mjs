// Starts the built Cambist server as a process of its own, in a fresh temporary folder, on free ports.
// CAMBIST_COMMAND overrides what is started, for instance "/opt/cambist/cambist".
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../artifacts/bin/Cambist.Server/release/Cambist.Server.dll', import.meta.url));

/** `registry` is a function, it may be async, from the server's own issuer to the registry text. Returns `{ issuer, stop }`. */
export async function startCambist(registry) {
  const folder = await mkdtemp(join(tmpdir(), 'cambist-interop-'));
  const [port, managementPort] = await freePorts(2);
  const issuer = `http://127.0.0.1:${port}`;
  await writeFile(join(folder, 'cambist.yaml'), await registry(issuer));

  const [command, ...args] = process.env.CAMBIST_COMMAND?.split(' ') ?? ['dotnet', 'exec', built];
  const server = spawn(command, [...args, 'serve',
    '--registry', join(folder, 'cambist.yaml'),
    '--storage', `sqlite:${join(folder, 'cambist.db')}`,
    '--urls', issuer,
    '--management-urls', `http://127.0.0.1:${managementPort}`], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  server.stdout.on('data', (text) => { output += text; });
  server.stderr.on('data', (text) => { output += text; });
  const ended = once(server, 'exit');

  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };

  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null || server.signalCode !== null) break;
    const ready = await fetch(`${issuer}/health/ready`).then((r) => r.ok, () => false);
    if (ready) return { issuer, stop };
    await pause(50);
  }
  await stop();
  throw new Error(`the server did not get ready:\n${output}`);
}

async function freePorts(count) {
  const held = await Promise.all(Array.from({ length: count }, async () => {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return listener;
  }));
  const ports = held.map((listener) => listener.address().port);
  await Promise.all(held.map((listener) => once(listener.close(), 'close')));
  return ports;
}

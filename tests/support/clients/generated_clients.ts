/**
 * Clients that others' generators make of an OpenAPI document, compiled strictly and run. Generators and
 * compilers come from npm and PyPI, in fixed versions; what is installed stays in `.dev/`.
 *
 * @module
 */

/** Makes a client of a document, and a program of the client and a file in `tests/clients/`. */
export interface Generator {
  readonly name: string;
  /** What the file's name ends with. */
  readonly program: string;
  /** Writes the client into a folder. */
  readonly generate: (folder: string, tools: Tools) => Promise<void>;
  /** Fails over any error of types. */
  readonly compile: (folder: string, tools: Tools) => Promise<void>;
  readonly run: (folder: string, tools: Tools, args: readonly string[]) => Promise<string>;
}

/** Where programs of the generators are. */
interface Tools {
  readonly root: string;
  /** A program of npm. */
  npm(path: string, ...args: string[]): readonly string[];
  /** A program of PyPI. */
  python(name: string, ...args: string[]): readonly string[];
}

const NPM = {
  "@hey-api/openapi-ts": "0.99.0",
  "openapi-fetch": "0.17.0",
  "openapi-typescript": "7.13.0",
  "typescript": "5.9.3",
};
const PYPI = ["openapi-python-client==0.29.1", "mypy==2.4.1", "httpx==0.28.1", "attrs==26.1.0"];

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: "es2023",
    lib: ["es2024", "dom", "dom.iterable", "dom.asynciterable"],
    module: "esnext",
    moduleResolution: "bundler",
    allowImportingTsExtensions: true,
    types: [],
  },
  files: ["program.ts"],
};
const TYPESCRIPT_ENTRY = `import { run } from "./program.ts";
const [baseUrl, token] = Deno.args;
console.log(JSON.stringify(await run(baseUrl, token)));
`;
// The media type of reports is not one that the generator knows.
const PYTHON_CONFIG = {
  package_name_override: "api_client",
  content_type_overrides: { "application/x-ndjson": "text/plain" },
  post_hooks: [],
};

const typescript: Pick<Generator, "compile" | "run"> = {
  async compile(folder, { npm }) {
    await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify(TSCONFIG));
    await output(npm("typescript/bin/tsc", "--project", folder), folder);
  },
  async run(folder, _, args) {
    await Deno.writeTextFile(`${folder}/entry.ts`, TYPESCRIPT_ENTRY);
    // Its modules import each other without the endings of their files.
    const options = ["--quiet", "--no-check", "--unstable-sloppy-imports", "--allow-net"];
    return await output([Deno.execPath(), "run", ...options, "entry.ts", ...args], folder);
  },
};

export const GENERATORS: readonly Generator[] = [
  {
    name: "openapi-fetch",
    program: "openapi_fetch.ts",
    async generate(folder, { npm }) {
      const schema = ["openapi.json", "--output", "schema.d.ts"];
      await output(npm("openapi-typescript/bin/cli.js", ...schema), folder);
    },
    ...typescript,
  },
  {
    name: "@hey-api/openapi-ts",
    program: "hey_api.ts",
    async generate(folder, { npm }) {
      const options = ["--input", "openapi.json", "--output", "client", "--no-log-file"];
      await output(npm("@hey-api/openapi-ts/bin/run.js", ...options), folder);
    },
    ...typescript,
  },
  {
    name: "openapi-python-client",
    program: "python.py",
    async generate(folder, { python }) {
      await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(PYTHON_CONFIG));
      const options = ["--meta", "none", "--config", "config.json", "--fail-on-warning"];
      const files = ["--path", "openapi.json", "--output-path", "api_client"];
      await output(python("openapi-python-client", "generate", ...options, ...files), folder);
    },
    async compile(folder, { python }) {
      await output(python("mypy", "--strict", "program.py"), folder);
    },
    async run(folder, { python }, args) {
      return await output(python("python", "program.py", ...args), folder);
    },
  },
];

/** Installs what is missing. */
export async function installGenerators(): Promise<Tools> {
  const versions = new TextEncoder().encode(JSON.stringify([NPM, PYPI]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", versions)).toHex();
  const root = `${Deno.cwd()}/.dev/clients/${digest.slice(0, 12)}`;
  const tools: Tools = {
    root,
    npm: (path, ...args) => [
      ...[Deno.execPath(), "run", "--allow-all", "--quiet", `${root}/node_modules/${path}`],
      ...args,
    ],
    python: (name, ...args) => [`${root}/venv/bin/${name}`, ...args],
  };
  const isThere = await Deno.stat(`${root}/installed`).then(() => true, () => false);
  if (isThere) return tools;
  await Deno.mkdir(root, { recursive: true });
  await Deno.writeTextFile(`${root}/package.json`, JSON.stringify({ dependencies: NPM }));
  await Deno.writeTextFile(`${root}/deno.json`, JSON.stringify({ nodeModulesDir: "manual" }));
  await output([Deno.execPath(), "install", "--quiet"], root);
  await output(["python3", "-m", "venv", "venv"], root);
  await output(tools.python("pip", "install", "--quiet", ...PYPI), root);
  await Deno.writeTextFile(`${root}/installed`, "");
  return tools;
}

/** Resolves to what the program prints, once client and program have been compiled. */
export async function runClient(
  generator: Generator,
  { program, document, args }: {
    /** The file without what its name ends with. */
    readonly program: string;
    readonly document: string;
    readonly args: readonly string[];
  },
): Promise<unknown> {
  const tools = await installGenerators();
  const folder = await Deno.makeTempDir({ dir: tools.root, prefix: "client-" });
  try {
    const ending = /\.\w+$/.exec(generator.program)![0];
    const file = `${program}_${generator.program}`;
    await Deno.copyFile(`tests/clients/${file}`, `${folder}/program${ending}`);
    await Deno.writeTextFile(`${folder}/openapi.json`, document);
    await generator.generate(folder, tools);
    await generator.compile(folder, tools);
    return JSON.parse(await generator.run(folder, tools, args));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a program prints; its messages are those of the error if it fails. */
async function output([command, ...args]: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command!, { args, cwd }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout);
  if (code !== 0) {
    throw new Error(
      `Cannot run ${command}: it ends with ${code}\n${text}${decoder.decode(stderr)}`,
    );
  }
  return text;
}
